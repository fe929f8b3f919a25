// The models' labels in plain words, where the rule of labelWords would not spell them as people do.

export const labels: Readonly<Record<string, string>> = { gun_shot: "Gunshot" };

/** Names of groups; a group that is not here keeps its own name. */
export const groups: Readonly<Record<string, string>> = {};
