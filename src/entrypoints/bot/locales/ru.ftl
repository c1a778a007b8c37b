# Тексты бота. Каждое сообщение есть и в en.ftl, с теми же подстановками.

## Меню

welcome =
    Здравствуйте, { $name }! 👋

    Я делаю ваши портреты: вы присылаете 10–50 своих фото, я обучаю по ним вашу модель — «цифровое тело» — и рисую вас в любом образе.

    Начните с подписки или с цен. Команда /menu вернёт сюда откуда угодно.
welcome-again =
    Снова здравствуйте, { $name }! 👋

    На балансе { $balance } ⭐. Подписка: { $plan }.
menu = Главное меню. На балансе { $balance } ⭐
menu-avatars = 🤖 Цифровое тело
menu-avatars-locked = 🔒 Цифровое тело
menu-portraits = 📸 Нейрофото
menu-portraits-locked = 🔒 Нейрофото
menu-balance = 💰 Баланс
menu-top-up = 💎 Пополнить
menu-plans = 💫 Подписка
menu-prices = 🏷 Цены
menu-invite = 👥 Пригласить друга
menu-support = 💬 Поддержка
menu-language = 🌐 Язык
menu-help = ❓ Помощь

## Команды

command-start = Начать
command-menu = Главное меню
command-balance = Баланс и последние операции
command-price = Цены
command-language = Язык
command-help = Что я умею
command-cancel = Отменить начатое
command-support = Написать в поддержку
command-paysupport = Вопрос об оплате
command-terms = Условия
command-privacy = Личные данные

## Кнопки

button-menu = 🏠 Меню
button-back = ◀️ Назад
button-cancel = ✖️ Отмена
button-all-packs = Все пакеты звёзд
button-all-plans = Все подписки
button-pack-stars = +{ $stars } ⭐
button-pack = { $stars } ⭐ за { $price }
button-plan = { $plan } — { $price }
button-pay = Оплатить { $price }
button-stop = ⏹ Остановить обучение
button-stop-surely = Да, остановить
button-let-run = Пусть обучается
button-continue-draft = ▶️ Продолжить
button-discard = 🗑 Удалить черновик
button-discard-surely = Да, удалить
button-new-avatar = ➕ Новое цифровое тело
button-steps = ✅ Дальше: выбрать обучение
button-preview = 👀 Посмотреть принятые
button-previous = ◀️ Предыдущие
button-next = Следующие ▶️
button-training = { $steps } шагов · { $price } ⭐
button-titled-training = { $title }: { $steps } шагов · { $price } ⭐
button-flat-training = ⚡ { $title }, { $minutes } мин · { $price } ⭐
button-train = 🚀 Обучить за { $price } ⭐
button-other-steps = Другие шаги
button-own-words = ✍️ Описать своими словами
button-other-words = Другой стиль или описание
button-paint = 🎨 Нарисовать за { $price } ⭐
button-why = Почему у меня такой баланс?
button-older = ◀️ Раньше
button-newer = Позже ▶️
button-train-again = 🤖 Обучить ещё раз
button-try-again = 🔁 Попробовать ещё раз
button-style = { $style } · { $price } ⭐
button-again = 🔁 Ещё раз · { $price } ⭐
button-twice = ×2 · { $price } ⭐
button-four = ×4 · { $price } ⭐
button-format = 📐 Формат
button-new-words = ✍️ Новый образ

resume-training = ▶️ Продолжить: обучить цифровое тело
resume-portraits = ▶️ Продолжить: нарисовать портрет
resume-avatars = ▶️ Продолжить

## Общее

until = до { $at }
no-end = без ограничения срока
not-understood = Не понял вас 🤔 Вот что я умею:
already-here = Вы уже здесь 👆
outdated = Эта кнопка устарела. Вот что можно сделать сейчас:
refused = { $why }
cancelled = Отменено. Ничего не списано.
nothing-to-cancel = Отменять нечего. Вот меню:
not-enough =
    ⭐ Не хватает { $missing } ⭐: нужно { $needed }, а на балансе { $available }.

    Пополните — и я сразу вернусь к тому, на чём мы остановились.
locked =
    🔒 { $feature } — в подписке { $plan }.

    Подключите её одним нажатием, и продолжим с этого места.
locked-for-all = 🔒 { $feature }: сейчас это не продаётся.
private-only = Я отвечаю в личном чате: https://t.me/{ $bot }
broken =
    Что-то сломалось у меня. Ничего не списано дважды и не потеряно.
    Код для поддержки: <code>{ $trace }</code>. Попробуйте ещё раз: /menu
store-unavailable = Небольшая техническая пауза. Я получил ваше сообщение и отвечу, как только всё заработает — повторять не нужно.
too-fast = 🐢 Слишком быстро для меня. Продолжу через { $seconds } с — повторите тогда то, на что я не ответил.

feature-training = обучение цифрового тела
feature-portraits = нейрофото
feature-upscale = увеличение качества
feature-later = а также всё новое, что появится позже
feature-prompt-from-photo = промпт из фото

## Подписка и оплата

plans =
    💫 <b>Подписка</b>
    { $running ->
        [none] Сейчас подписки нет.
       *[other] Сейчас действует: { $running }.
    }
plan-card =
    <b>{ $plan }</b> — { $price }
    { $days ->
        [0] Без ограничения срока
        [one] { $days } день
        [few] { $days } дня
       *[other] { $days } дней
    }, на баланс { $stars } ⭐
    Открывает: { $features }
top-up =
    💎 <b>Пополнение</b>. На балансе { $balance } ⭐.

    { $rate ->
        [even] Выберите пакет. Одна звезда Telegram — это одна ⭐ здесь:
       *[other] Выберите пакет:
    }
invoice-plan =
    Подписка «{ $plan }»: { $days ->
        [0] без ограничения срока
        [one] { $days } день
        [few] { $days } дня
       *[other] { $days } дней
    } и { $stars } ⭐ на баланс.
invoice-pack-title = { $stars } ⭐
invoice-pack = Пополнение баланса на { $stars } ⭐.
# Для страницы оплаты и чеков: эмодзи там не показывают.
gateway-pack = Пополнение баланса, звёзд: { $stars }
checkout = { $title }: { $price }. Нажмите, чтобы оплатить; звёзды придут сюда сами.
checkout-link =
    { $title }: { $price }. Откройте ссылку, чтобы оплатить; звёзды придут сюда сами:
    { $url }

plan-none = нет
plan-over = закончилась
plan-endless = { $plan }, без ограничения срока
plan-active = { $plan } до { $ends }
plan-waiting = Затем { $plan }: с { $starts } до { $ends }
plan-grace = { $plan } — срок закончился { $ends }, ещё несколько дней всё работает

## Цифровое тело

avatars = 🤖 <b>Ваши цифровые тела</b>
avatars-page = Здесь { $first }–{ $last } из { $all } готовых, сначала новые.
avatar-ready = ✅ { $name } — готово
avatar-training = ⏳ { $name } — обучается, { $percent } %
avatar-draft =
    📝 { $name } — черновик, { $photos } фото
ask-name =
    🤖 Обучим ваше цифровое тело.

    Понадобится не меньше { $fewest } фото. Сначала напишите, как его назвать (до { $longest } символов), например своё имя.
ask-gender = Кто это — «{ $name }»: мужчина, женщина или другое? Это поможет рисовать точнее.
gender-male = Мужчина
gender-female = Женщина
gender-other = Другое
photos =
    📷 <b>{ $name }</b>: принято { $accepted } из { $most }

    { $missing ->
        [0] Этого достаточно. Можно добавить ещё или идти дальше.
       *[other] Нужно ещё хотя бы { $missing } фото.
    }
    Присылайте альбомом, по одному или файлами: лицо крупно, разный свет и ракурсы, без других людей. От { $fewest } до { $most } фото, до 10 МБ, от 512 px.
photo-refused = ⚠️ Это фото не подошло: { $why }
file-refused = ⚠️ Этот файл не подошёл: { $why }
photo-not-kept = ⚠️ Это фото не сохранилось: { $why }
photo-unasked = Красивое фото! Чтобы обучить по фотографиям цифровое тело, откройте /menu → «Цифровое тело».
preview-empty = Пока нет ни одного принятого фото.
preview = Принятые фото { $first }–{ $last } из { $all }. Нажмите номер, чтобы убрать фото.
photo-removed =
    Фото убрано. Осталось { $left } фото.
photo-gone = Этого фото уже нет.

photo-unreadable = файл не читается как фото (подходят JPEG, PNG, WebP, HEIC)
photo-too-large = размер больше 10 МБ
photo-too-small = сторона меньше 512 px
photo-too-many-pixels = слишком много пикселей (больше 50 мегапикселей)
photo-blurred = изображение размыто
photo-duplicate = такое фото уже есть
photo-near-duplicate = почти такое же фото уже есть

choose-steps =
    Сколько учиться? Больше шагов — больше сходства. На балансе { $balance } ⭐.

    Ничего не спишется, пока вы не подтвердите.
training-quote =
    { $note }
    🤖 <b>{ $name }</b>: { $photos } фото
    { $title }: { $steps } шагов, около { $minutes } мин

    Цена: { $price } ⭐
    Баланс: { $before } ⭐ → { $after } ⭐

    Если обучение не удастся, звёзды вернутся сами.
price-anew = Прошло больше 15 минут, поэтому цена посчитана заново.
chosen-since = С тех пор вы выбирали ещё раз; вот ваш последний выбор.
training-ordered = ✅ Заказ принят, { $price } ⭐ отложены. Ход обучения — в следующем сообщении.
already-ordered = Этот заказ уже сделан.
ask-stop = Остановить обучение? Отложенные звёзды вернутся на баланс.
not-stopped-yet = Пока не получилось остановить: обучение продолжается, и его звёзды остаются отложенными. Нажмите, пожалуйста, ещё раз через минуту.
training-now-canceled = Остановлено. Звёзды возвращаются на баланс.
training-now-succeeded = Обучение уже закончилось успешно.
training-now-failed = Обучение уже закончилось; звёзды вернулись.
ask-discard =
    Удалить черновик «{ $name }»? В нём { $photos } фото.
draft-discarded = Черновик и его фото удалены.
draft-kept =
    Хорошо, остановимся. Черновик «{ $name }» ({ $photos } фото) сохранён.

guide-name = Сначала напишите текстом, как назвать цифровое тело. Или /cancel
guide-gender = Нажмите одну из кнопок выше: мужчина, женщина или другое. Или /cancel
guide-photos = Жду фотографии: альбомом, по одной или файлами. Или /cancel
guide-prompt = Опишите портрет словами. Или /cancel
guide-support = Напишите вопрос текстом. Или /cancel

## Нейрофото

no-avatar = Сначала нужно цифровое тело: я обучу его по вашим фото.
choose-avatar = Кого рисуем?
choose-style = 📸 <b>{ $name }</b>. Выберите стиль или опишите портрет сами. { $price } ⭐ за портрет.
ask-prompt = Опишите портрет «{ $name }»: место, одежда, свет, настроение. Например: «в кафе у окна, мягкий утренний свет».
prompt-too-long =
    Описание слишком длинное: { $length ->
        [one] { $length } символ
        [few] { $length } символа
       *[other] { $length } символов
    }, а можно { $longest }. Сократите, пожалуйста.
portrait-quote =
    { $note }
    📸 <b>{ $name }</b> · { $what }
    Формат { $aspect }, { $count ->
        [one] { $count } портрет
        [few] { $count } портрета
       *[other] { $count } портретов
    }

    Цена: { $price } ⭐
    Баланс: { $before } ⭐ → { $after } ⭐
style-of-before = прежний вариант стиля
choose-format = Выберите формат:
portraits-ordered =
    🎨 Рисую { $count ->
        [one] { $count } портрет
        [few] { $count } портрета
       *[other] { $count } портретов
    }, { $price } ⭐ отложены. Обычно это меньше минуты.

## Баланс

balance =
    💰 <b>Баланс: { $available } ⭐</b>
    Отложено под заказы: { $held } ⭐
    Подписка: { $plan }
balance-debt = Долг: { $debt } ⭐, он погасится из следующего пополнения.
returned =
    👋 С возвращением! Какое-то время я не мог вам писать, поэтому вот как обстоят дела:
no-operations = Операций пока не было.
operation = { $at } · { $what } · <b>{ $amount }</b> → { $balance } ⭐
operation-credit = пополнение
operation-credit-plan = подписка
operation-bonus = подарок
operation-hold-training = отложено под обучение
operation-hold-portraits = отложено под портреты
operation-hold = отложено под заказ
operation-release-training = возврат за обучение
operation-release-portraits = возврат за портреты
operation-release = возврат отложенного
operation-capture = оплата заказа
operation-refund = возврат
operation-clawback = платёж отозван
operation-debt = долг
operation-debt-paid = погашение долга
operation-money-in = платёж
statement =
    📒 <b>Выписка</b> (время UTC)
    Было { $start } ⭐, изменение { $change } ⭐, стало { $end } ⭐.
    Каждая строка: что произошло, на сколько, и баланс после неё. Отложенное под заказ либо тратится на него, либо возвращается строкой «возврат».

## Справка

prices = 🏷 <b>Цены</b>
price-training =
    🤖 { $title }: { $low }–{ $high } ⭐ ({ $fewest }–{ $most } шагов, около { $quickest }–{ $minutes } минут)
price-training-flat =
    ⚡ { $title }: { $price } ⭐ (около { $minutes ->
        [one] { $minutes } минуты
       *[other] { $minutes } минут
    })
price-portrait = 📸 Портрет: { $price } ⭐ за каждый доставленный
choose-language = Выберите язык / Choose your language
language-chosen = Теперь говорю по-русски 🇷🇺
help =
    ❓ <b>Как это работает</b>

    1. Подключите подписку: она открывает возможности и сразу даёт звёзды ⭐.
    2. 🤖 «Цифровое тело»: пришлите от 10 фото, выберите обучение, подтвердите цену.
    3. 📸 «Нейрофото»: выберите стиль или опишите портрет своими словами.

    Звёзды списываются только за то, что получилось: при неудаче они возвращаются сами.

    /menu — меню, /balance — баланс и операции, /price — цены, /cancel — отменить начатое, /language — язык, /support — поддержка, /paysupport — вопрос об оплате, /terms — условия, /privacy — личные данные.
invite =
    👥 Ваша ссылка для друзей:
    { $link }

    Я запомню, что друг пришёл от вас.
terms =
    📄 <b>Условия</b>

    Звёзды ⭐ — внутренний кредит бота; их нельзя обменять на деньги. Подписка действует оплаченный срок и не отменяет уже купленных дней. Заказ оплачивается только после доставки: если обучение или портрет не удались, отложенные звёзды возвращаются сами. Загружайте только свои фото или фото людей, которые на это согласны. Вопросы об оплате: /paysupport
privacy =
    🔐 <b>Личные данные</b>

    Фото нужны только для обучения вашей модели. Они хранятся закрыто и удаляются через некоторое время после конца обучения; фото черновика — сразу, как только вы его удалите. Неудалённый черновик хранится вместе с фото. Место, время и устройство съёмки из файлов убираются сразу. Я знаю ваш номер в Telegram, имя и язык. Чтобы удалить всё остальное, напишите в /support
support = 💬 Напишите вопрос одним сообщением, и я передам его владельцу бота.
paysupport =
    💳 Если звёзды не пришли или заказ не доставлен, напишите одним сообщением, что случилось и когда, — я передам владельцу бота. Каждый платёж записан, и ничего не теряется; за недоставленное звёзды возвращаются полностью.
question-passed-on = Передал. Владелец напишет вам в Telegram.
question-lost = Сейчас не удалось передать вопрос. Попробуйте, пожалуйста, позже: /support

## Новости для клиента

news-payment-completed =
    ✅ Оплачено: { $plan } действует { $term }.
    Начислено { $stars } ⭐, баланс { $balance } ⭐.
news-payment-completed-waiting =
    ✅ Оплачено: { $plan } ждёт конца подписки, которая действует сейчас. Начнётся { $starts } и продлится { $term }.
    Начислено { $stars } ⭐, баланс { $balance } ⭐.
news-payment-completed-pack =
    ✅ Оплачено: начислено { $stars } ⭐.
    Баланс { $balance } ⭐.
news-subscription-expiring =
    { $days ->
        [one] ⏰ Подписка { $plan } закончится через { $days } день, { $ends }.
        [few] ⏰ Подписка { $plan } закончится через { $days } дня, { $ends }.
       *[other] ⏰ Подписка { $plan } закончится через { $days } дней, { $ends }.
    } Продлите заранее — оставшиеся дни не пропадут.
news-subscription-ended = ⏰ Подписка { $plan } закончилась. До { $grace_until } всё ещё работает — успейте продлить.
news-subscription-expired = Подписка { $plan } закончилась. Звёзды, цифровые тела и история остались; продлите, чтобы пользоваться ими.
news-stars-granted =
    🎁 Вам подарили { $stars } ⭐: { $reason }
    Баланс { $balance } ⭐.
news-training-requested =
    ⏳ <b>{ $avatar }</b>: в очереди на обучение.
    Отложено { $price } ⭐. Обычно это занимает около { $minutes ->
        [one] { $minutes } минуты
       *[other] { $minutes } минут
    }.
news-training-progressed =
    { $percent ->
        [100] 🏁 <b>{ $avatar }</b>: обучение закончилось.
       *[other]
            ⏳ <b>{ $avatar }</b>: обучение, { $percent } %
            { $minutes_left ->
                [0] Почти готово.
                [one] Осталась примерно { $minutes_left } минута.
                [few] Осталось примерно { $minutes_left } минуты.
               *[other] Осталось примерно { $minutes_left } минут.
            }
    }
news-training-delayed =
    ⏳ <b>{ $avatar }</b>: обучение ждёт — неполадка у меня или у сервиса, который обучает.
    Ничего не потеряно и делать ничего не нужно: начну сам, а если не получится — звёзды вернутся.
news-training-succeeded =
    🎉 <b>{ $avatar }</b>: готово! Обучение стоило { $price } ⭐, баланс { $balance } ⭐.

    Попробуйте первый портрет:
news-training-failed =
    😔 <b>{ $avatar }</b>: обучение не удалось — { $why }.
    Вернул { $released } ⭐, баланс { $balance } ⭐.
news-training-canceled =
    ⏹ <b>{ $avatar }</b>: обучение остановлено.
    Вернул { $released } ⭐, баланс { $balance } ⭐.
news-portraits-delayed = ⏳ Портрет ждёт: неполадка у меня или у сервиса, который рисует. Нарисую сам, а если не получится — звёзды вернутся.
news-portraits-delivered =
    { $count ->
        [one] ✨ Готово! { $count } портрет
        [few] ✨ Готово! { $count } портрета
       *[other] ✨ Готово! { $count } портретов
    } за { $price } ⭐, баланс { $balance } ⭐. { $back }
given-back = Вернул { $released } ⭐ за то, что не получилось.
news-portraits-failed =
    😔 Портрет не получился — { $why }.
    Вернул { $released } ⭐, баланс { $balance } ⭐.

failure-provider-failed = сервис не справился
failure-provider-refused = сервис отказался от этого заказа
failure-provider-canceled = сервис прервал работу
failure-moderation = описание не прошло проверку, попробуйте сказать иначе
failure-vanished = сервис потерял заказ
failure-deadline = это заняло слишком много времени
failure-photos-lost = фотографии оказались недоступны
failure-undeliverable = портреты не удалось доставить

## Новости для владельца

owner-customer-registered = 👤 Новый клиент: { $person }
owner-payment-completed = 💰 Платёж { $price } ({ $gateway }): клиенту <code>{ $customer }</code> начислено { $stars } ⭐
owner-payment-quarantined =
    ⚠️ Деньги, которые не удалось сопоставить: { $price } (бот { $bot }).
    Причина: { $why }. Свидетельство: <code>{ $evidence }</code>
owner-subscription-started = 💫 Подписка началась: { $plan }, клиент <code>{ $customer }</code>, { $term }
owner-subscription-renewed = 💫 Подписка продлена: { $plan }, клиент <code>{ $customer }</code>, { $term }
owner-training-failed =
    ⚠️ Обучение <code>{ $training }</code> клиента <code>{ $customer }</code> не удалось: { $why }.
    Возвращено { $released } ⭐. { $detail }
owner-portraits-failed =
    ⚠️ Портреты <code>{ $order }</code> клиента <code>{ $customer }</code> не удались: { $why }.
    Возвращено { $released } ⭐. { $detail }
owner-provider-unauthorized =
    🔑 Сервис не принимает от нас заказы: ключ неверен или на его счёте нет денег.
    Исправьте настройку <code>{ $setting }</code> и перезапустите бота или пополните счёт.
    Заказы ждут и продолжатся сами, звёзды целы.
owner-provider-puzzling = ❔ Сервис ответил непонятно, ничего не изменено. { $detail }
providers-words = Слова сервиса: «{ $detail }»
owner-question =
    💬 Вопрос от <a href="tg://user?id={ $telegram }">{ $person }</a> (Telegram { $telegram }, клиент <code>{ $customer }</code>):
    { $text }
owner-question-more =
    … и продолжение вопроса:
    { $text }
owner-broken = 🧯 Ошибка { $trace }: { $what }. Подробности в журнале.
owner-refunded = ↩️ Telegram вернул { $amount } ⭐ покупателю { $person } (платёж <code>{ $charge }</code>). Проверьте баланс клиента.
owner-subscription-puzzling = ❔ Неизвестное состояние подписки «{ $state }» ({ $payload })
owner-paid-media = ❔ Куплен медиафайл, который бот не продавал ({ $payload })

quarantine-wrong-payer = заплатил другой человек
quarantine-wrong-amount = другая сумма
quarantine-payment-already-settled = счёт уже был оплачен
quarantine-gateway-not-allowed = счёт был выставлен для другого способа оплаты
quarantine-payment-not-found = такого счёта нет

## Ошибки

error-invalid-amount = Это не сумма: { $value }.
error-insufficient-stars = Не хватает { $missing } ⭐: нужно { $needed }, а на балансе { $available }.
error-invalid-catalogue = В каталоге ошибка. Владелец бота может её исправить.
error-unknown-plan = Такой подписки нет. Откройте /menu → «Подписка».
error-unknown-pack = Такого пакета звёзд больше нет. Откройте /menu → «Пополнить».
error-unknown-trainer = Такого обучения больше нет, выберите другое.
error-unknown-style = Такого стиля больше нет, выберите другой.
error-unknown-format = Такого формата больше нет, выберите другой.
error-unknown-price = Это сейчас не продаётся.
error-not-for-sale = { $name }: сейчас не продаётся.
error-steps-not-offered = Столько шагов ({ $steps }) не предлагается, выберите из списка.
error-images-not-offered = Столько портретов сразу ({ $count }) не рисую, выберите от 1 до 4.
error-feature-locked = 🔒 Этого нет в вашей подписке. Откройте /menu → «Подписка».
error-not-yours = Это принадлежит другому человеку.
error-payment-expired = Этот счёт устарел. Новый бесплатен: откройте /menu → «Пополнить» или «Подписка».
error-payment-already-settled = Этот счёт уже оплачен.
error-payment-closed = Этот счёт закрыт. Откройте новый в /menu.
error-payment-leased = Этот счёт прямо сейчас оплачивается. Подождите две минуты.
error-wrong-payer = Этот счёт выставлен другому человеку. Откройте бота и сделайте свой.
error-wrong-amount = Сумма не совпадает: заплачено { $paid }, а нужно { $asked }.
error-gateway-not-allowed = Такая оплата здесь недоступна. Откройте /menu → «Пополнить».
error-quote-expired = Цена устарела. Выберите ещё раз — пересчёт бесплатный.
error-training-unfinished = Одно обучение уже идёт. Дождитесь его конца или остановите: /menu → «Цифровое тело».
error-too-few-photos =
    Принято { $accepted } фото, а нужно хотя бы { $needed }. Пришлите ещё.
error-too-many-photos = Уже принято { $limit } фото — больше не нужно.
error-photo-refused = { $reason }
error-empty-prompt = Описание пустое. Напишите, что нарисовать.
error-invalid-name = Имя должно быть от 1 до { $longest } символов.
error-avatar-not-ready = Это цифровое тело ещё не готово.
error-illegal-move = Так сейчас сделать нельзя: положение уже другое. Откройте /menu
error-customer-not-found = Не нашёл вас. Начните с /start
error-payment-not-found = Такого счёта нет.
error-evidence-not-found = Такого платежа нет.
error-avatar-not-found = Такого цифрового тела нет.
error-training-not-found = Такого обучения нет.
error-draft-not-found = Черновика нет. Начните новый: /menu → «Цифровое тело».
error-portrait-order-not-found = Такого заказа нет.
error-photo-not-found = Такого фото нет.
error-concurrent-change = Два действия случились одновременно. Попробуйте ещё раз.
error-provider-unavailable = Сервис сейчас не отвечает. Попробуйте через несколько минут; ничего не списано.
error-provider-refused = Сервис отказался от этого заказа.
error-provider-unauthorized = У меня неполадка с сервисом, владелец уже знает. Попробуйте позже.
error-run-vanished = Сервис потерял этот заказ.
error-recipient-unreachable = Не получается вам написать.
error-messenger-unavailable = Telegram сейчас занят, попробуйте через минуту.
error-file-unavailable = Telegram не отдаёт файл. Пришлите его, пожалуйста, ещё раз.
error-images-refused = Портреты не удалось отправить.
error-message-gone = Этого сообщения уже нет.
error-notice-forged = Уведомление не прошло проверку.
error-notice-unreadable = Уведомление не читается.
error-gateway-unavailable = Платёжный сервис не отвечает. Попробуйте позже или другим способом.
error-store-unavailable = Не могу ничего сохранить прямо сейчас. Попробуйте через несколько минут; ничего не списано.
