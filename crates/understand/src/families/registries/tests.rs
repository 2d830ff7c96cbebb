    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn publishing_and_withdrawing() {
        assert_snapshot!(check("crane digest ghcr.io/acme/app:1; skopeo inspect docker://acme/app"), @"
        package.read acme/app on ghcr.io, read
        package.read acme/app on docker.io, read
        ");
        assert_snapshot!(check("skopeo copy docker://acme/app:1 docker://registry.acme.example/app:live"), @"package.publish app on registry.acme.example, write");
        assert_snapshot!(check("crane delete ghcr.io/acme/app:1; skopeo delete docker://acme/app:1"), @"
        package.withdraw acme/app on ghcr.io, destroy
        package.withdraw acme/app on docker.io, destroy
        ");
        assert_snapshot!(check("oras push ghcr.io/acme/x:1 ./file; crane tag acme/app:1 latest; crane $X acme/app"), @"
        package.publish acme/x on ghcr.io, write
        package.settings acme/app on docker.io, write
        package.withdraw * on *, destroy, partial
        ");
        assert_snapshot!(check("cosign sign --key cosign.key acme/app:1"), @"
        secret.read /repo/cosign.key, read
        package.publish acme/app on docker.io, write
        ");
    }

    #[test]
    fn images_whose_tag_is_open() {
        assert_snapshot!(check("docker push \"ghcr.io/acme/shop:$tag\""), @"package.publish acme/shop on ghcr.io, write");
        assert_snapshot!(check("docker push acme/shop:$(git rev-parse --short HEAD)"), @"
        git.read /repo, read
        package.publish acme/shop on docker.io, write
        ");
        assert_snapshot!(check("crane copy a/b ghcr.io/acme/shop@$digest"), @"package.publish acme/shop on ghcr.io, write, partial");
        assert_snapshot!(check("docker push shop:$tag"), @"package.publish * on *, write, partial");
        assert_snapshot!(check("docker push ghcr.io/acme/$name:1"), @"package.publish * on *, write, partial");
        assert_snapshot!(check("docker push ghcr.io/acme/shop$tag"), @"package.publish * on *, write, partial");
        assert_snapshot!(check("docker push localhost:$port/shop:1"), @"package.publish * on *, write, partial");
    }
