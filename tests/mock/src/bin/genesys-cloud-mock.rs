//! A mock Genesys Cloud on a loopback port; see [`genesys_cloud_mock::cli`].

fn main() -> std::io::Result<()> {
    genesys_cloud_mock::cli::run()
}
