// Numbers and sentences in the page's language, from its one catalogue of words.

const FEW = 5;

class Say {
  constructor(figures) {
    this.figures = figures;
    this.words = figures.words;
    const language = this.words.page.language;
    this.short = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 });
    this.whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
    this.round = new Intl.NumberFormat(language, { maximumSignificantDigits: 2 });
    this.large = new Intl.NumberFormat(language, { notation: "compact", compactDisplay: "long", maximumSignificantDigits: 3 });
    this.percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
    this.wholePercent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
  }

  fill(text, facts = {}) {
    return text.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
  }

  // A value of a column in words, with the sign of a share but no other unit.
  number(key, value) {
    if (value === null) return this.words.legend.missing;
    const unit = this.figures.columns[key].unit;
    if (unit.startsWith("share")) return (value >= 0.1 || value === 0 ? this.wholePercent : this.percent).format(value);
    if (unit === "minutes") return this.whole.format(value);
    return Number.isInteger(value) ? this.whole.format(value) : this.short.format(value);
  }

  // What a missing value of a layer means.
  missing(key) {
    return this.words.legend[`missing_${key}`] ?? this.words.legend.missing;
  }

  range(breaks, shown, number) {
    const text = this.words.legend;
    if (number === 0) return breaks.length === 0 ? "" : breaks[0] === 0 ? text.none : this.fill(text.up_to, { high: shown[0] });
    if (number === breaks.length) return this.fill(text.above, { low: shown[number - 1] });
    if (number === 1 && breaks[0] === 0) return this.fill(text.up_to, { high: shown[1] });
    return this.fill(text.between, { low: shown[number - 1], high: shown[number] });
  }

  // The value of a layer in a region as the legend and the table word it.
  layerValue(layer, place, choice) {
    const value = this.figures.value(layer.key, place, choice);
    if (value === null) return this.missing(layer.key);
    return layer.kind === "class" ? this.words.classes[layer.key][value] : this.number(layer.key, value);
  }

  specialty(key) {
    return this.words.specialties[key] ?? this.figures.specialties.find((one) => one.key === key).label;
  }

  scenario(name) {
    return this.words.scenarios[name] ?? name.replaceAll("_", " ");
  }

  // A count of people as a sentence says it: nobody, few, or about so many.
  people(count) {
    const { none, few, about } = this.words.counts;
    if (count < FEW) return count > 0 ? few : none;
    const round = count < 10_000 ? this.round.format(count) : this.large.format(Number(count.toPrecision(2)));
    return this.fill(about, { count: round });
  }

  // What the page answers for the regions of a choice.
  answer(choice) {
    const { figures, words } = this;
    const places = figures.within(choice.state);
    const needed = figures.sum("need_people", places, choice);
    const unreached = figures.sum("population", places, choice, "unreached_share");
    const facts = {
      area: choice.state || figures.area,
      need: this.people(needed),
      unreached: this.people(unreached),
      specialty: this.specialty(choice.specialty),
      scenario: this.scenario(choice.scenario),
    };
    if (!needed) return this.fill(words.answer.need_unknown, facts);
    facts.served = this.people(figures.sum("people_newly_served", places, choice));
    const [barrier] = this.barriers(places, choice);
    facts.barrier = words.answer[`barrier_${barrier}`];
    const online = facts.barrier ? words.answer.online : words.answer.online_clear;
    return `${this.fill(words.answer.need, facts)} ${this.fill(online, facts)}`;
  }

  // Barriers by the hours missing where they weigh most, heaviest first.
  barriers(places, choice) {
    const weight = new Map();
    for (const place of places) {
      const held = this.figures.value("holds", place, choice);
      const missing = this.figures.value("shortage_fte", place, choice) ?? 0;
      if (["nothing", "connection", "licence", "hours"].includes(held)) weight.set(held, (weight.get(held) ?? 0) + missing);
    }
    return [...weight].sort((a, b) => b[1] - a[1]).map(([held]) => held);
  }

  // What the page says of one region.
  sentence(place, choice) {
    const text = this.words.sentence;
    const at = (key) => this.figures.value(key, place, choice);
    const facts = { region: this.figures.nameOf(place), specialty: this.specialty(choice.specialty) };
    const gap = at("gap");
    if (gap === "withheld") return this.fill(text.withheld, facts);
    const said = [];
    const need = at("need_people");
    facts.need = need === null ? null : this.people(need);
    said.push(this.fill(need === null ? text.need_unknown : text.need, facts));
    facts.minutes = at("nearest") === null ? null : this.whole.format(at("nearest"));
    said.push(this.fill(facts.minutes === null ? text.nobody_anywhere : gap === "none_within_reach" ? text.nobody : text.nearest, facts));
    const missing = at("shortage_fte");
    if (missing === null) return said.join(" ");
    facts.fte = this.round.format(missing);
    said.push(this.fill(gap === "no_shortage" ? text.no_shortage : missing < 0.1 ? text.little_shortage : text.shortage, facts));
    return [...said, ...this.online(place, choice)].join(" ");
  }

  online(place, choice) {
    const text = this.words.sentence;
    const held = this.figures.value("holds", place, choice);
    if (held === "no_shortage" || held === "unknown" || held === null) return [];
    if (held === "suitability") return [text.held_suitability];
    const served = this.figures.value("people_newly_served", place, choice);
    const count = served === 0 ? text.served_none : text.served;
    return [this.fill(count, { served: this.people(served) }), text[`held_${held}`]];
  }
}
