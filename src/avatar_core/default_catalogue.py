"""The default catalogue, as the TOML text an owner would edit (`avatar catalogue show --toml` prints it)."""

DEFAULT_CATALOGUE = """\
# The default catalogue.  Prices are whole numbers or text; a float is refused, for it is not an amount.
# Plans stand from the lowest to the highest: while a higher one runs, a lower one waits.

[[plan]]
code = "NEUROPHOTO"
titles = { ru = "📸 НейроФото", en = "📸 NeuroPhoto" }
days = 30
prices = { XTR = 476, RUB = 1110 }
grants = 476
features = ["training", "portraits", "upscale", "prompt-from-photo"]
for_sale = true

[[plan]]
code = "NEUROVIDEO"
titles = { ru = "📚 НейроВидео", en = "📚 NeuroVideo" }
days = 30
prices = { XTR = 1303, RUB = 2999 }
grants = 1303
features = "all"
for_sale = true

[[plan]]
code = "NEUROBLOGGER"
titles = { ru = "🤖 НейроБлоггер", en = "🤖 NeuroBlogger" }
days = 30
prices = { XTR = 32608, RUB = 75000 }
grants = 32608
features = "all"
for_sale = false

[[plan]]
code = "NEUROTESTER"
titles = { ru = "🧪 НейроТестер", en = "🧪 NeuroTester" }
grants = 0
features = "all"
for_sale = false

[[pack]]
currency = "XTR"
price = 10
stars = 10

[[pack]]
currency = "XTR"
price = 50
stars = 50

[[pack]]
currency = "XTR"
price = 100
stars = 100

[[pack]]
currency = "XTR"
price = 500
stars = 500

[[pack]]
currency = "XTR"
price = 1000
stars = 1000

[[pack]]
currency = "XTR"
price = 2000
stars = 2000

[[pack]]
currency = "XTR"
price = 5000
stars = 5000

[[pack]]
currency = "XTR"
price = 10000
stars = 10000

[[pack]]
currency = "XTR"
price = 20000
stars = 20000

[[pack]]
currency = "XTR"
price = 44000
stars = 44000

[[pack]]
currency = "XTR"
price = 75000
stars = 75000

[[pack]]
currency = "RUB"
price = 500
stars = 217

[[pack]]
currency = "RUB"
price = 1000
stars = 434

[[pack]]
currency = "RUB"
price = 2000
stars = 869

[[pack]]
currency = "RUB"
price = 5000
stars = 2173

[[pack]]
currency = "RUB"
price = 10000
stars = 4347

[[trainer]]
code = "flux-dev-lora"
titles = { ru = "Flux LoRA, подробно", en = "Flux LoRA, thorough" }
provider = "replicate"
model = "ostris/flux-dev-lora-trainer"
version = "e440909d3512c31646ee2e0c7d6f6f4923224863a6a10c494606e79fb5844497"
steps = [1000, 1500, 2000, 2500, 3000, 3500, 4000]
price_per_step = "0.22"
minutes = 25
names = { images = "input_images", trigger = "trigger_word", steps = "steps" }
[trainer.parameters]
autocaption = true
batch_size = 1
resolution = "512,768,1024"
learning_rate = 0.0001
lora_rank = 128
optimizer = "adamw8bit"
caption_dropout_rate = 0.05

[[trainer]]
code = "fast-flux"
titles = { ru = "Flux, быстро", en = "Flux, fast" }
provider = "replicate"
model = "replicate/fast-flux-trainer"
version = "8b10794665aed907bb98a1a5324cd1d3a8bea0e9b31e65210967fb9c9e2e08ed"
steps = [1000]
flat_price = 250
minutes = 2
names = { images = "input_images", trigger = "trigger_word", steps = "training_steps" }
[trainer.parameters]
lora_type = "subject"

[portraits]
price = "7.5"
formats = ["1:1", "16:9", "9:16", "2:3", "3:2", "4:5", "3:4"]
[portraits.parameters]
num_inference_steps = 28
guidance_scale = 3.5
lora_scale = 1
output_format = "jpg"

[[style]]
code = "studio"
titles = { ru = "🎞 Студия", en = "🎞 Studio" }
template = "studio portrait photo of {trigger}, a {person}, softbox light, plain grey backdrop, 85mm lens"

[[style]]
code = "business"
titles = { ru = "💼 Деловой", en = "💼 Business" }
template = "business portrait of {trigger}, a {person} in a tailored suit, bright modern office, shallow depth of field"

[[style]]
code = "travel"
titles = { ru = "🏝 Путешествие", en = "🏝 Travel" }
template = "travel photo of {trigger}, a {person} on a sunny seaside promenade, golden hour, candid"

[[style]]
code = "cinema"
titles = { ru = "🎬 Кино", en = "🎬 Cinema" }
template = "cinematic still of {trigger}, a {person} at night in the rain, neon reflections, anamorphic lens"
"""
