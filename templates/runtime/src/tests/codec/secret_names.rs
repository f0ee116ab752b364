use crate::runtime::codec::is_secret_name;

#[test]
fn secret_names_in_any_case() {
    for name in [
        "password",
        "newPassword",
        "Password",
        "clientSecret",
        "client_secret",
        "CLIENT-SECRET",
        "secret",
        "oauthClientSecret",
        "token",
        "accessToken",
        "access_token",
        "pairing-token",
        "auth-token",
        "idToken",
        "tokens",
        "apiKey",
        "APIKey",
        "x-api-key",
        "privateKey",
        "credentials",
        "credentialFields",
        "botCredentials",
        "authorization",
        "Authorization",
        "jwt",
        "pin",
        "PIN",
        "codeVerifier",
        "code_verifier",
        "Cookie",
        "cookieValues",
        "mapboxKey",
        "client_assertion",
        "passphrase",
        "auth",
    ] {
        assert!(is_secret_name(name), "{name}");
    }
}

#[test]
fn names_that_only_speak_of_secrets() {
    for name in [
        "",
        "id",
        "name",
        "passwordRequirements",
        "tokenStorageLocation",
        "lastTokenIssued",
        "clientSecretProvided",
        "accessTokenValiditySeconds",
        "publicKey",
        "key",
        "keyword",
        "keywords",
        "sortKey",
        "referenceKey",
        "mapping",
        "author",
        "isAuthenticated",
        "spin",
        "signature",
        "secretary",
    ] {
        assert!(!is_secret_name(name), "{name}");
    }
}
