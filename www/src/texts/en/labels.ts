// Labels for which the rule of `labelWords` gives the wrong spelling.

export const labels: Readonly<Record<string, string>> = { gun_shot: "Gunshot" };

/** Names of groups; any other group keeps its own name. `everyday` has taught sounds that are like no group. */
export const groups: Readonly<Record<string, string>> = { everyday: "Your own" };
