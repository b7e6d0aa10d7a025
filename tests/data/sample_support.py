"""100 answers of a parcel service's assistant as a plain JSON document, for a review: what an expert who knows the rules sees and a judge model
does not. 30 are bad, of three kinds (KINDS); the judge finds nearly all of them helpful. All invented."""

from sample_spans import Rng, dumps

CITIES = ["Aarhus", "Bergen", "Cádiz", "Dresden", "Espoo", "Fulda", "Ghent", "Haarlem", "Innsbruck", "Jena", "Kraków", "Lucca", "Malmö",
          "Nantes", "Ostrava", "Porto", "Reims", "Salzburg", "Tartu", "Utrecht"]
# What is asked; what is right; the answer, {0} a city, {1} an amount in EUR.
TOPICS = [
    ("My parcel to {0} has not arrived. It has been nine days.", "trace; 14 days",
     ["We have started a trace for your parcel to {0}. Please allow 14 days", "A trace for the parcel to {0} is open now; it takes up to 14 days"]),
    ("The box from {0} came open and a vase worth EUR {1} was in pieces.", "photos; claim within 30 days",
     ["Send us photos of the box and the vase; you have 30 days from delivery for the claim of EUR {1}",
      "For the broken vase (EUR {1}) we need photos of the inside and outside; the claim is open for 30 days from delivery"]),
    ("How long do I have to send the shoes back to {0}?", "30 days",
     ["You have 30 days from delivery to hand the shoes in at any counter", "Returns to {0} are open for 30 days from delivery"]),
    ("Customs want EUR {1} for a gift to {0}. Is that right?", "depends; receipt",
     ["Gifts above EUR 45 are charged; EUR {1} can be right. Send us the receipt and we check it",
      "It depends on the value that was declared. With the receipt we can check the EUR {1}"]),
    ("Can the courier in {0} come in the evening?", "until 20:00",
     ["Yes: couriers in {0} deliver until 20:00 if you choose the evening window", "Choose the evening window; in {0} it ends at 20:00"]),
]
CLOSING = ["Your case number stands in our e-mail.", "You find your case number in the e-mail we sent.", "Please keep the case number from our e-mail."]
OUTDATED = {"30 days": "14 days under the 2024 terms", "14 days": "28 days under the 2024 terms"}
PROMISES = ["We guarantee a full refund of EUR {1} today.", "I promise you the EUR {1} will be on your card tomorrow, guaranteed.",
            "You are guaranteed a full refund of EUR {1}, whatever happens."]
KINDS = {"outdated": 11, "promise": 10, "no case number": 9}
N = 100


def support():
    """The text of the document."""
    rng = Rng(0x5EED)
    kinds = rng.shuffled([k for k, n in KINDS.items() for _ in range(n)] + [None] * (N - sum(KINDS.values())))
    rows = []
    for i, kind in enumerate(kinds):
        topic = TOPICS[rng.between(0, 2)] if kind == "outdated" else rng.pick(TOPICS)
        question, expected, answers = topic
        city, amount = CITIES[(7 * i + rng.between(0, 3)) % len(CITIES)], rng.between(46, 480)
        body = rng.pick(answers)
        if kind == "outdated":
            for now, then in OUTDATED.items():
                if now in body:
                    body = body.replace(now, then)
                    break
        parts = [body + "."]
        if kind == "promise":
            parts.append(rng.pick(PROMISES))
        if kind != "no case number":
            parts.append(rng.pick(CLOSING))
        helpful = 0.9 - rng.between(0, 12) / 100 if kind or rng.between(1, 12) > 1 else 0.35 + rng.between(0, 10) / 100
        if kind and rng.between(1, 6) == 1:
            helpful = 0.4
        rows.append({"id": f"ps-{i + 1:03d}", "question": question.format(city, amount), "expected": expected,
                     "answer": " ".join(parts).format(city, amount), "judge_helpful": round(helpful, 2),
                     "latency_ms": 1400 + rng.between(0, 1900), "cost_usd": round(0.004 + rng.between(0, 40) / 10000, 4)})
    return dumps({"dataset": "parcel support", "timestamp": "2026-11-19T09:00:00Z", "model": "gpt-4o-mini-2024-07-18",
                  "prompt_version": "support-7", "results": rows}) + "\n"
