"""Where a rule applies, and what it asks for there."""

from kaibo.language.contracts import Action, Rule, Setting


def action_in(rule: Rule, setting: Setting) -> tuple[Action | None, str]:
    """What the rule asks for here, None where it does not apply; and the reason where that is weaker than written."""
    action = rule.actions.get(setting.scene)
    if action is None or (rule.countries and setting.country not in rule.countries):
        return None, ""
    if setting.on and ((rule.since and setting.on < rule.since) or (rule.until and setting.on > rule.until)):
        return None, ""
    reason = ""
    for name, wanted, given in (
        ("product category", rule.products, setting.product),
        ("platform", rule.platforms, setting.platform),
    ):
        if wanted and given is not None and given not in wanted:
            return None, ""
        if wanted and given is None and action == Action.BLOCK:
            action, reason = Action.WARN, f"{name} not given"
    return action, reason
