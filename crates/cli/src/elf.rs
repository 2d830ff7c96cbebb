//! Whether a program is loaded by a dynamic loader, read from its ELF header.

/// The dynamic loader a 64-bit little-endian ELF program asks for; none for a static one, and for
/// what is no such program.
pub fn interpreter(program: &[u8]) -> Option<String> {
    const INTERPRETER: u32 = 3;
    if program.get(..6)? != b"\x7fELF\x02\x01" {
        return None;
    }
    let table = usize::try_from(number::<8>(program, 0x20)?).ok()?;
    let size = usize::try_from(number::<2>(program, 0x36)?).ok()?;
    let count = usize::try_from(number::<2>(program, 0x38)?).ok()?;
    for index in 0..count {
        let header = table.checked_add(index.checked_mul(size)?)?;
        if number::<4>(program, header)? == u64::from(INTERPRETER) {
            let start = usize::try_from(number::<8>(program, header.checked_add(8)?)?).ok()?;
            let length = usize::try_from(number::<8>(program, header.checked_add(32)?)?).ok()?;
            let path = program.get(start..start.checked_add(length)?)?;
            return Some(String::from_utf8_lossy(path).trim_end_matches('\0').to_owned());
        }
    }
    None
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<u64> {
    let part = bytes.get(at..at.checked_add(N)?)?;
    Some(part.iter().rev().fold(0, |value, byte| (value << 8) | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::interpreter;

    #[test]
    #[cfg(target_os = "linux")]
    fn tells_a_dynamic_program_from_this_static_one() {
        let shell = std::fs::read("/bin/sh").unwrap();
        assert!(interpreter(&shell).unwrap().contains("ld-linux"));
        let this = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(interpreter(&this), None, "the workspace is linked statically");
    }

    #[test]
    fn other_bytes_are_not_a_program() {
        assert_eq!(interpreter(b""), None);
        assert_eq!(interpreter(b"\x7fELF\x02\x01"), None);
        assert_eq!(interpreter(&[0xff; 4096]), None);
    }
}
