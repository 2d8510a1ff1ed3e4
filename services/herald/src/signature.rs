//! The three headers of Standard Webhooks 1.0, by which a receiver knows that it was us.
//!
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::secret::Secret;

/// The event's id: the same at every attempt, so that a receiver knows what it has had.
pub const ID: &str = "webhook-id";
/// When this attempt was made, in seconds since the Unix epoch: receivers refuse what is old.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// One signature for each secret in force, with spaces between.
pub const SIGNATURE: &str = "webhook-signature";

/// `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, for each secret.
///
/// Ids are made by this program, and the timestamp has digits only: nobody can move a full stop from
/// one part into another.
pub fn signature(secrets: &[Secret], id: &str, timestamp_s: u64, body: &[u8]) -> String {
    let one = |secret: &Secret| {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(secret.bytes()).expect("HMAC takes keys of any length");
        mac.update(format!("{id}.{timestamp_s}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    };
    secrets.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the standard's own libraries.
    #[test]
    fn the_standards_example_is_signed_as_there() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = br#"{"test": 2432232314}"#;
        let signed = signature(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn each_secret_in_force_has_a_signature_of_its_own() {
        let secrets = [Secret::made().unwrap(), Secret::made().unwrap()];
        let both = signature(&secrets, "a", 1, b"{}");
        let apart =
            secrets.each_ref().map(|one| signature(std::slice::from_ref(one), "a", 1, b"{}"));
        assert_eq!(both, apart.join(" "));
    }
}
