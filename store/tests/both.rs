//! One test, two databases.

/// Runs each of these functions of a [`Site`](crate::site::Site) on both databases.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(&crate::site::Site::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(&crate::site::Site::postgres()).await;
            })+
        }
    };
}

pub(crate) use on_both;
