//! Starts a Postgres, says where it is, and waits until it is killed: a test sees to it that Postgres ends, too.

fn main() {
    println!("{}", services::Postgres::shared().url());
    loop {
        std::thread::park();
    }
}
