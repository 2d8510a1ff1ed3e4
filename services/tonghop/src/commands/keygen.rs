//! `tonghop keygen`: a key to sign checkpoints with.

use anyhow::Result;
use proof::keys;
use proto::gazetteer::Lang;
use serde::Serialize;

use crate::cli::{Format, KeygenArgs};
use crate::screen::{self, Screen};

#[derive(Serialize)]
struct Made {
    answer: &'static str,
    name: String,
    public: String,
}

pub(super) fn keygen(screen: &mut Screen, args: &KeygenArgs) -> Result<()> {
    let key = keys::create(&args.out, &args.name)?;
    if screen.format == Format::Json {
        let (name, public) = (key.name().to_owned(), key.to_string());
        return screen.json(&Made { answer: "keygen", name, public });
    }
    let (secret, public) = (args.out.display(), keys::public_path(&args.out));
    let text = match screen.lang {
        Lang::Vi => format!(
            "{secret} là khoá riêng: chỉ người ký được giữ; hãy cất một bản ở nơi khác. Khoá công \
             khai {} thì nên công bố.",
            public.display()
        ),
        Lang::En => format!(
            "{secret} is the private key: for who signs alone; keep a copy elsewhere. The public \
             key {} is to be published.",
            public.display()
        ),
    };
    screen::note(screen.lang, &text);
    screen.line(key.to_string())
}
