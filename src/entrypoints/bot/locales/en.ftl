# The bot's texts.  Every message is in ru.ftl too, with the same placeholders.

## Menu

welcome =
    Hello, { $name }! 👋

    I make portraits of you: you send 10–50 of your photos, I train a model of you — your “digital body” — and paint you in any look.

    Begin with a plan, or with the prices. /menu brings you back here from anywhere.
welcome-again =
    Hello again, { $name }! 👋

    Your balance is { $balance } ⭐. Plan: { $plan }.
menu = Main menu. Your balance is { $balance } ⭐
menu-avatars = 🤖 Digital body
menu-avatars-locked = 🔒 Digital body
menu-portraits = 📸 NeuroPhoto
menu-portraits-locked = 🔒 NeuroPhoto
menu-balance = 💰 Balance
menu-top-up = 💎 Top up
menu-plans = 💫 Subscription
menu-prices = 🏷 Prices
menu-invite = 👥 Invite a friend
menu-support = 💬 Support
menu-language = 🌐 Language
menu-help = ❓ Help

## Commands

command-start = Start
command-menu = Main menu
command-balance = Balance and latest operations
command-price = Prices
command-language = Language
command-help = What I can do
command-cancel = Stop what was begun
command-support = Write to support
command-paysupport = Ask about a payment
command-terms = Terms
command-privacy = Personal data

## Buttons

button-menu = 🏠 Menu
button-back = ◀️ Back
button-cancel = ✖️ Cancel
button-all-packs = All star packs
button-all-plans = All plans
button-pack-stars = +{ $stars } ⭐
button-pack = { $stars } ⭐ for { $price }
button-plan = { $plan } — { $price }
button-pay = Pay { $price }
button-stop = ⏹ Stop the training
button-stop-surely = Yes, stop it
button-let-run = Let it run
button-continue-draft = ▶️ Continue
button-discard = 🗑 Delete the draft
button-discard-surely = Yes, delete it
button-new-avatar = ➕ New digital body
button-steps = ✅ Next: choose the training
button-preview = 👀 Look at the accepted ones
button-previous = ◀️ Previous
button-next = Next ▶️
button-training = { $steps } steps · { $price } ⭐
button-titled-training = { $title }: { $steps } steps · { $price } ⭐
button-flat-training = ⚡ { $title }, { $minutes } min · { $price } ⭐
button-train = 🚀 Train for { $price } ⭐
button-other-steps = Other steps
button-own-words = ✍️ Describe it myself
button-other-words = Another style or description
button-paint = 🎨 Paint for { $price } ⭐
button-why = Why is my balance so?
button-older = ◀️ Earlier
button-newer = Later ▶️
button-train-again = 🤖 Train again
button-try-again = 🔁 Try again
button-style = { $style } · { $price } ⭐
button-again = 🔁 Again · { $price } ⭐
button-twice = ×2 · { $price } ⭐
button-four = ×4 · { $price } ⭐
button-format = 📐 Format
button-new-words = ✍️ A new look

resume-training = ▶️ Go on: train the digital body
resume-portraits = ▶️ Go on: paint the portrait
resume-avatars = ▶️ Go on

## For everything

until = until { $at }
no-end = without an end
not-understood = I did not get that 🤔 Here is what I can do:
already-here = You are here already 👆
outdated = That button is out of date. Here is what can be done now:
refused = { $why }
cancelled = Cancelled. Nothing was taken.
nothing-to-cancel = There is nothing to cancel. Here is the menu:
not-enough =
    ⭐ { $missing } ⭐ are missing: { $needed } are needed, your balance is { $available }.

    Top up, and I will take you right back to where we stopped.
locked =
    🔒 { $feature } is part of the plan { $plan }.

    Get it with one tap, and we go on from here.
locked-for-all = 🔒 { $feature }: this is not for sale at the moment.
private-only = I answer in a private chat: https://t.me/{ $bot }
broken =
    Something broke on my side. You were not charged twice, and nothing is lost.
    Code for support: <code>{ $trace }</code>. Please try again: /menu
store-unavailable = A short technical pause. I have your message and will answer as soon as everything works again — no need to repeat it.
too-fast = 🐢 That was too fast for me. I go on in { $seconds } s: please repeat then what I have not answered.

feature-training = digital body training
feature-portraits = NeuroPhoto
feature-upscale = upscale
feature-prompt-from-photo = prompt from photo
feature-later = and everything new that is added later

## Plans and payments

plans =
    💫 <b>Subscription</b>
    { $running ->
        [none] You have no plan right now.
       *[other] Running now: { $running }.
    }
plan-card =
    <b>{ $plan }</b> — { $price }
    { $days ->
        [0] Without an end
        [one] { $days } day
       *[other] { $days } days
    }, { $stars } ⭐ on your balance
    Opens: { $features }
top-up =
    💎 <b>Top up</b>. Your balance is { $balance } ⭐.

    { $rate ->
        [even] Choose a pack. One Telegram Star is one ⭐ here:
       *[other] Choose a pack:
    }
invoice-plan =
    Plan “{ $plan }”: { $days ->
        [0] without an end,
        [one] { $days } day
       *[other] { $days } days
    } and { $stars } ⭐ on your balance.
invoice-pack-title = { $stars } ⭐
invoice-pack = { $stars } ⭐ for your balance.
# For a gateway's page and receipts, which show no emoji.
gateway-pack = Top-up, stars: { $stars }
checkout = { $title }: { $price }. Tap to pay; the stars come here by themselves.
checkout-link =
    { $title }: { $price }. Open the link to pay; the stars come here by themselves:
    { $url }

plan-none = none
plan-over = ended
plan-endless = { $plan }, without an end
plan-active = { $plan } until { $ends }
plan-waiting = Then { $plan }: from { $starts } until { $ends }
plan-grace = { $plan } ended on { $ends }, everything works for a few more days

## Digital body

avatars = 🤖 <b>Your digital bodies</b>
avatars-page = Shown here: { $first }–{ $last } of { $all } that are ready, the newest first.
avatar-ready = ✅ { $name } — ready
avatar-training = ⏳ { $name } — training, { $percent } %
avatar-draft =
    📝 { $name } — a draft, { $photos ->
        [one] { $photos } photo
       *[other] { $photos } photos
    }
ask-name =
    🤖 Let us train your digital body.

    At least { $fewest } photos will be needed. First write what to call it (up to { $longest } characters), for example your name.
ask-gender = Who is “{ $name }”: a man, a woman, or other? It helps to paint better.
gender-male = Man
gender-female = Woman
gender-other = Other
photos =
    📷 <b>{ $name }</b>: { $accepted } of { $most } accepted

    { $missing ->
        [0] This is enough. Add more, or go on.
        [one] At least { $missing } more photo is needed.
       *[other] At least { $missing } more photos are needed.
    }
    Send an album, single photos or files: the face close up, different light and angles, nobody else. { $fewest } to { $most } photos, up to 10 MB, from 512 px.
photo-refused = ⚠️ This photo cannot be used: { $why }
file-refused = ⚠️ This file cannot be used: { $why }
photo-not-kept = ⚠️ This photo could not be kept: { $why }
photo-unasked = A nice photo! To train a digital body with photos, open /menu → “Digital body”.
preview-empty = There is no accepted photo yet.
preview = Accepted photos { $first }–{ $last } of { $all }. Tap a number to remove that photo.
photo-removed =
    The photo is removed. { $left ->
        [one] { $left } photo is left.
       *[other] { $left } photos are left.
    }
photo-gone = That photo is gone already.

photo-unreadable = the file is no photo I can read (JPEG, PNG, WebP and HEIC are fine)
photo-too-large = it is larger than 10 MB
photo-too-small = it has less than 512 px on a side
photo-too-many-pixels = it has too many pixels (over 50 megapixels)
photo-blurred = it is blurred
photo-duplicate = the same photo is there already
photo-near-duplicate = nearly the same photo is there already

choose-steps =
    How long shall it learn? The more steps, the closer the likeness. Your balance is { $balance } ⭐.

    Nothing is taken until you confirm.
training-quote =
    { $note }
    🤖 <b>{ $name }</b>: { $photos ->
        [one] { $photos } photo
       *[other] { $photos } photos
    }
    { $title }: { $steps } steps, about { $minutes } min

    Price: { $price } ⭐
    Balance: { $before } ⭐ → { $after } ⭐

    If the training fails, the stars come back by themselves.
price-anew = More than 15 minutes have passed, so here is the price anew.
chosen-since = You have chosen again since then; this is your latest choice.
training-ordered = ✅ Ordered, { $price } ⭐ are set aside. The next message shows how far it is.
already-ordered = This has been ordered already.
ask-stop = Stop the training? The stars set aside come back to your balance.
not-stopped-yet = I could not stop it yet: it goes on, and its stars stay set aside. Please tap again in a minute.
training-now-canceled = Stopped. The stars come back to your balance.
training-now-succeeded = The training has already finished successfully.
training-now-failed = The training has ended already; the stars are back.
ask-discard =
    Delete the draft “{ $name }”? It has { $photos ->
        [one] { $photos } photo
       *[other] { $photos } photos
    }.
draft-discarded = The draft and its photos are deleted.
draft-kept =
    All right, we stop here. The draft “{ $name }” ({ $photos ->
        [one] { $photos } photo
       *[other] { $photos } photos
    }) is kept.

guide-name = First write in words what to call the digital body. Or /cancel
guide-gender = Tap one of the buttons above: man, woman or other. Or /cancel
guide-photos = I am waiting for photos: an album, single ones or files. Or /cancel
guide-prompt = Describe the portrait in words. Or /cancel
guide-support = Write your question in words. Or /cancel

## NeuroPhoto

no-avatar = A digital body comes first: I train it with your photos.
choose-avatar = Whom shall I paint?
choose-style = 📸 <b>{ $name }</b>. Choose a style, or describe the portrait yourself. { $price } ⭐ a portrait.
ask-prompt = Describe the portrait of “{ $name }”: place, clothes, light, mood. For example: “in a café by the window, soft morning light”.
prompt-too-long = The description is too long: { $length } characters, { $longest } are possible. Please make it shorter.
portrait-quote =
    { $note }
    📸 <b>{ $name }</b> · { $what }
    Format { $aspect }, { $count ->
        [one] { $count } portrait
       *[other] { $count } portraits
    }

    Price: { $price } ⭐
    Balance: { $before } ⭐ → { $after } ⭐
style-of-before = the style of that time
choose-format = Choose the format:
portraits-ordered =
    🎨 I am painting { $count ->
        [one] { $count } portrait
       *[other] { $count } portraits
    }, { $price } ⭐ are set aside. It usually takes less than a minute.

## Balance

balance =
    💰 <b>Balance: { $available } ⭐</b>
    Set aside for orders: { $held } ⭐
    Plan: { $plan }
balance-debt = You owe { $debt } ⭐; the next top-up pays it.
returned =
    👋 You are back! I could not write to you for a while, so here is how things stand:
no-operations = There were no operations yet.
operation = { $at } · { $what } · <b>{ $amount }</b> → { $balance } ⭐
operation-credit = top-up
operation-credit-plan = plan
operation-bonus = gift
operation-hold-training = set aside for a training
operation-hold-portraits = set aside for portraits
operation-hold = set aside for an order
operation-release-training = given back for a training
operation-release-portraits = given back for portraits
operation-release = given back
operation-capture = an order paid
operation-refund = refund
operation-clawback = payment taken back
operation-debt = debt
operation-debt-paid = debt paid
operation-money-in = payment
statement =
    📒 <b>Statement</b> (times in UTC)
    There were { $start } ⭐, change { $change } ⭐, now { $end } ⭐.
    Each line: what happened, how much, and the balance after it. What is set aside for an order is either spent on it, or comes back in a line “given back”.

## Information

prices = 🏷 <b>Prices</b>
price-training =
    🤖 { $title }: { $low }–{ $high } ⭐ ({ $fewest }–{ $most } steps, about { $quickest }–{ $minutes } minutes)
price-training-flat =
    ⚡ { $title }: { $price } ⭐ (about { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    })
price-portrait = 📸 Portrait: { $price } ⭐ for each one delivered
choose-language = Выберите язык / Choose your language
language-chosen = I speak English now 🇬🇧
help =
    ❓ <b>How it works</b>

    1. Get a plan: it opens the features and brings stars ⭐ at once.
    2. 🤖 “Digital body”: send 10 photos or more, choose the training, confirm the price.
    3. 📸 “NeuroPhoto”: choose a style, or describe the portrait in your own words.

    Stars are taken only for what worked out: when something fails they come back by themselves.

    /menu — the menu, /balance — balance and operations, /price — prices, /cancel — stop what was begun, /language — language, /support — support, /paysupport — ask about a payment, /terms — terms, /privacy — personal data.
invite =
    👥 Your link for friends:
    { $link }

    I will remember that a friend came from you.
terms =
    📄 <b>Terms</b>

    Stars ⭐ are the bot's own credit; they cannot be exchanged for money. A plan runs for the time that was paid, and buying again never costs you days you have. An order is paid only once it is delivered: if a training or a portrait fails, the stars set aside come back by themselves. Send only photos of yourself, or of people who agree. Questions about payments: /paysupport
privacy =
    🔐 <b>Personal data</b>

    Photos serve only to train your model. They are kept privately and deleted some time after the training has ended; those of a draft as soon as you delete it. A draft that you do not delete is kept with its photos. The place, time and device of the shot are removed from the files at once. I know your number in Telegram, your name and your language. To have everything else deleted, write to /support
support = 💬 Write your question in one message, and I will bring it to the bot's owner.
paysupport =
    💳 If stars did not arrive or an order was not delivered, write in one message what happened and when — I will bring it to the bot's owner. Every payment is on record and nothing gets lost; the stars for what was not delivered come back in full.
question-passed-on = Passed on. The owner will write to you in Telegram.
question-lost = The question could not be passed on right now. Please try again later: /support

## News for customers

news-payment-completed =
    ✅ Paid: { $plan } is active { $term }.
    { $stars } ⭐ credited, balance { $balance } ⭐.
news-payment-completed-waiting =
    ✅ Paid: { $plan } waits for the end of the plan that runs now. It begins on { $starts } and lasts { $term }.
    { $stars } ⭐ credited, balance { $balance } ⭐.
news-payment-completed-pack =
    ✅ Paid: { $stars } ⭐ credited.
    Balance { $balance } ⭐.
news-subscription-expiring =
    { $days ->
        [one] ⏰ { $plan } ends in { $days } day, on { $ends }.
       *[other] ⏰ { $plan } ends in { $days } days, on { $ends }.
    } Renew early — the days that are left are not lost.
news-subscription-ended = ⏰ { $plan } has ended. Everything still works until { $grace_until } — time to renew.
news-subscription-expired = { $plan } has ended. Your stars, digital bodies and history are still here; renew to use them.
news-stars-granted =
    🎁 { $stars } ⭐ for you: { $reason }
    Balance { $balance } ⭐.
news-training-requested =
    ⏳ <b>{ $avatar }</b>: in the queue for training.
    { $price } ⭐ are set aside. It usually takes about { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }.
news-training-progressed =
    { $percent ->
        [100] 🏁 <b>{ $avatar }</b>: the training has ended.
       *[other]
            ⏳ <b>{ $avatar }</b>: training, { $percent } %
            { $minutes_left ->
                [0] Almost done.
                [one] About { $minutes_left } minute left.
               *[other] About { $minutes_left } minutes left.
            }
    }
news-training-delayed =
    ⏳ <b>{ $avatar }</b>: the training waits, because something is broken on my side or at the service that trains.
    Nothing is lost and there is nothing you need to do: I will begin by myself, and if I cannot, the stars come back.
news-training-succeeded =
    🎉 <b>{ $avatar }</b>: ready! The training cost { $price } ⭐, balance { $balance } ⭐.

    Try a first portrait:
news-training-failed =
    😔 <b>{ $avatar }</b>: the training failed — { $why }.
    { $released } ⭐ are back, balance { $balance } ⭐.
news-training-canceled =
    ⏹ <b>{ $avatar }</b>: the training is stopped.
    { $released } ⭐ are back, balance { $balance } ⭐.
news-portraits-delayed = ⏳ The portrait waits: something is broken on my side or at the service that paints. I will paint it by myself, and if I cannot, the stars come back.
news-portraits-delivered =
    { $count ->
        [one] ✨ Ready! { $count } portrait
       *[other] ✨ Ready! { $count } portraits
    } for { $price } ⭐, balance { $balance } ⭐. { $back }
given-back = { $released } ⭐ are back for what did not work out.
news-portraits-failed =
    😔 The portrait did not work out — { $why }.
    { $released } ⭐ are back, balance { $balance } ⭐.

failure-provider-failed = the service could not do it
failure-provider-refused = the service refused this order
failure-provider-canceled = the service broke it off
failure-moderation = the description did not pass the check, try other words
failure-vanished = the service lost the order
failure-deadline = it took too long
failure-photos-lost = the photos could not be reached
failure-undeliverable = the portraits could not be delivered

## News for owners

owner-customer-registered = 👤 New customer: { $person }
owner-payment-completed = 💰 Payment of { $price } ({ $gateway }): customer <code>{ $customer }</code> got { $stars } ⭐
owner-payment-quarantined =
    ⚠️ Money that could not be matched: { $price } (bot { $bot }).
    Reason: { $why }. Evidence: <code>{ $evidence }</code>
owner-subscription-started = 💫 Plan started: { $plan }, customer <code>{ $customer }</code>, { $term }
owner-subscription-renewed = 💫 Plan renewed: { $plan }, customer <code>{ $customer }</code>, { $term }
owner-training-failed =
    ⚠️ Training <code>{ $training }</code> of customer <code>{ $customer }</code> failed: { $why }.
    { $released } ⭐ were given back. { $detail }
owner-portraits-failed =
    ⚠️ Portraits <code>{ $order }</code> of customer <code>{ $customer }</code> failed: { $why }.
    { $released } ⭐ were given back. { $detail }
owner-provider-unauthorized =
    🔑 The service takes no orders from us: our key is wrong, or its account has no money.
    Mend the setting <code>{ $setting }</code> and restart, or top up the account.
    Orders wait and go on by themselves, no stars are lost.
owner-provider-puzzling = ❔ The service said something puzzling, nothing was changed. { $detail }
providers-words = The service says: “{ $detail }”
owner-question =
    💬 A question from <a href="tg://user?id={ $telegram }">{ $person }</a> (Telegram { $telegram }, customer <code>{ $customer }</code>):
    { $text }
owner-question-more =
    … and the question goes on:
    { $text }
owner-broken = 🧯 Error { $trace }: { $what }. The log has the details.
owner-refunded = ↩️ Telegram gave { $amount } ⭐ back to { $person } (charge <code>{ $charge }</code>). Please check the customer's balance.
owner-subscription-puzzling = ❔ An unknown state of a subscription: “{ $state }” ({ $payload })
owner-paid-media = ❔ Somebody bought media that this bot never sold ({ $payload })

quarantine-wrong-payer = another person paid
quarantine-wrong-amount = another amount
quarantine-payment-already-settled = the invoice was paid before
quarantine-gateway-not-allowed = the invoice was made for another way to pay
quarantine-payment-not-found = there is no such invoice

## Errors

error-invalid-amount = This is not an amount: { $value }.
error-insufficient-stars = { $missing } ⭐ are missing: { $needed } are needed, your balance is { $available }.
error-invalid-catalogue = The catalogue has a mistake. The bot's owner can mend it.
error-unknown-plan = There is no such plan. Open /menu → “Subscription”.
error-unknown-pack = That star pack is not sold any more. Open /menu → “Top up”.
error-unknown-trainer = That training is not offered any more, please choose another.
error-unknown-style = That style is not offered any more, please choose another.
error-unknown-format = That format is not offered any more, please choose another.
error-unknown-price = This is not for sale at the moment.
error-not-for-sale = { $name }: not for sale at the moment.
error-steps-not-offered = { $steps } steps are not offered, please choose from the list.
error-images-not-offered = I do not paint { $count } at once, please choose 1 to 4.
error-feature-locked = 🔒 Your plan does not open this. Open /menu → “Subscription”.
error-not-yours = This belongs to somebody else.
error-payment-expired = This invoice is too old. A new one is free: open /menu → “Top up” or “Subscription”.
error-payment-already-settled = This invoice is paid already.
error-payment-closed = This invoice is closed. Open a new one in /menu.
error-payment-leased = This invoice is being paid right now. Please wait two minutes.
error-wrong-payer = This invoice was made for another person. Open the bot and make your own.
error-wrong-amount = The amount does not match: { $paid } was paid, { $asked } is needed.
error-gateway-not-allowed = This way to pay is not available here. Open /menu → “Top up”.
error-quote-expired = The price is out of date. Please choose again — asking is free.
error-training-unfinished = A training is running already. Wait for its end, or stop it: /menu → “Digital body”.
error-too-few-photos =
    { $accepted ->
        [one] { $accepted } photo is accepted, at least { $needed } are needed. Please send more.
       *[other] { $accepted } photos are accepted, at least { $needed } are needed. Please send more.
    }
error-too-many-photos = { $limit } photos are accepted already — more are not needed.
error-photo-refused = { $reason }
error-empty-prompt = The description is empty. Write what to paint.
error-invalid-name = A name has 1 to { $longest } characters.
error-avatar-not-ready = This digital body is not ready yet.
error-illegal-move = This cannot be done now: things have moved on. Open /menu
error-customer-not-found = I did not find you. Begin with /start
error-payment-not-found = There is no such invoice.
error-evidence-not-found = There is no such payment.
error-avatar-not-found = There is no such digital body.
error-training-not-found = There is no such training.
error-draft-not-found = There is no draft. Begin a new one: /menu → “Digital body”.
error-portrait-order-not-found = There is no such order.
error-photo-not-found = There is no such photo.
error-concurrent-change = Two things happened at the same time. Please try again.
error-provider-unavailable = The service does not answer right now. Please try again in a few minutes; nothing was taken.
error-provider-refused = The service refused this order.
error-provider-unauthorized = Something is wrong between me and the service, the owner knows. Please try later.
error-run-vanished = The service lost this order.
error-recipient-unreachable = You cannot be written to.
error-messenger-unavailable = Telegram is busy, please try again in a minute.
error-file-unavailable = Telegram does not hand it over. Please send it once more.
error-images-refused = The portraits could not be sent.
error-message-gone = That message is gone.
error-notice-forged = The notice did not pass the check.
error-notice-unreadable = The notice cannot be read.
error-gateway-unavailable = The payment service does not answer. Please try later, or another way to pay.
error-store-unavailable = I cannot keep anything right now. Please try again in a few minutes; nothing was taken.
