//! Scripts that once showed a fault, one a file. The first lines say what is expected:
//!
//! - `# literal`: nothing of it may be opaque;
//! - `# known: …`: a fault that is still there, asserted as it is.

use std::fs;
use std::path::Path;

use crate::Problem;
use crate::script::Script;

/// A script, and the fault it is known to show.
pub struct Kept {
    pub name: String,
    pub script: Script,
    pub known: Option<String>,
}

/// All of them, by name.
pub fn all() -> Result<Vec<Kept>, Problem> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential/corpus");
    let mut kept = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let text = fs::read_to_string(&path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let heading = || text.lines().take_while(|line| line.starts_with('#'));
        let is_literal = heading().any(|line| line == "# literal");
        let known = heading().find_map(|line| line.strip_prefix("# known: ")).map(str::to_owned);
        kept.push(Kept { name, script: Script { text, is_literal }, known });
    }
    kept.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(kept)
}
