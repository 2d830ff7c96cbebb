    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn each_task_counts() {
        assert_snapshot!(check("mvn clean deploy"), @"
        exec.build mvn clean, execute
        package.publish * on *, write, partial
        ");
        assert_snapshot!(check("./gradlew clean :app:assembleDebug publish"), @"
        exec.build gradlew clean, execute
        exec.build gradlew :app:assembleDebug, execute
        package.publish * on *, write, partial
        ");
        assert_snapshot!(check("gradle bootRun"), @"exec.opaque gradle, execute, opaque");
        assert_snapshot!(check("mvn org.codehaus.mojo:exec-maven-plugin:3.0:exec"), @"
        exec.opaque mvn, execute, opaque
        exec.opaque mvn told of org.codehaus.mojo, execute, opaque
        ");
        assert_snapshot!(check("mvn -q release:perform"), @"package.publish * on *, write, partial");
        assert_snapshot!(check("gradle publishToMavenLocal"), @"exec.install gradle publishToMavenLocal, execute");
        assert_snapshot!(check("gradle $T"), @"exec.opaque gradle, execute, opaque");
    }

    #[test]
    fn near_misses() {
        assert_snapshot!(check("mvn -q -pl web -am test -Dtest=A"), @"exec.test mvn test, execute");
        assert_snapshot!(check("gradle test --tests 'publish*' -x deploy"), @"exec.test gradle test, execute");
        assert_snapshot!(check("mvn dependency:tree; gradle tasks --all; gradle publish --dry-run; mvn -v"), @"
        exec.read mvn dependency:tree, read
        exec.read gradle tasks, read
        exec.read gradle, read
        exec.read mvn, read
        ");
        assert_snapshot!(check("gradle :core:connectedDebugAndroidTest lintDebug"), @"
        exec.test gradle :core:connectedDebugAndroidTest, execute
        exec.build gradle lintDebug, execute
        ");
        assert_snapshot!(check("mvn install -DskipTests"), @"exec.test mvn install, execute");
    }
