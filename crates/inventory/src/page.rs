//! placeholder
use crate::Report;
/// Page.
pub fn page(_report: &Report) -> Result<String, String> {
    Ok(String::new())
}
