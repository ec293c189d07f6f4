// The text round 播报: the numbers of this minute as a message for the team's group.

import { clockNow } from "./ages.js";
import { page, say } from "./dom.js";
import { atMinute, isMissing, show } from "./format.js";

const LINES = [[1, "gmv_paid", "tile_1"], [2, "gmv_per_minute_5m", "tile_2"], [3, "online_now", "tile_3"], [5, "ad_spend", "tile_5"], [6, "roas_room", "tile_6"]];

export function roundText(store) {
  const now = store.get("now");
  const lines = [`${page.title} ${atMinute(clockNow())}`];
  for (const [number, id, word] of LINES) {
    const tile = store.get(`tile/${number}`);
    const figure = tile && ([tile.main, ...tile.also].find((each) => each.id === id) ?? tile.main);
    if (figure && !isMissing(figure)) lines.push(`${say(word)} ${show(figure, { exact: true })}`);
  }
  if (now && now.to_us === null) lines.push(`${say("explaining")} ${now.link_no ?? ""} ${now.title ?? ""}`.trim());
  return lines.join("\n");
}
