//! The mock as a program of this package too, so that its benches and tests can start it; see [`genesys_cloud_mock::cli`].

fn main() -> std::io::Result<()> {
    genesys_cloud_mock::cli::run()
}
