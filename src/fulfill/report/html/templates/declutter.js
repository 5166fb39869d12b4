// Names of the largest sites first, on the side that has room; a name that would cover another is
// left out until the map is zoomed in. `source` is sorted by throughput.
const { x, y, name, gap, text, offset, rise } = source.data;
const [sx, sy] = [canvas.x_range, canvas.y_range];
const pixels = canvas.inner_width / (sx.end - sx.start);
const at = Array.from(x, (v) => (v - sx.start) * pixels);
const up = Array.from(y, (v) => (v - sy.start) * pixels);
const apart = (a, b) => a[1] < b[0] || b[1] < a[0] || a[3] < b[2] || b[3] < a[2];
const marks = Array.from(gap, (g, i) => [at[i] - g + 2, at[i] + g - 2, up[i] - g + 2, up[i] + g - 2]);
const kept = [];
for (let i = 0; i < x.length; i++) {
  const width = 7 * name[i].length + 4;
  const sides = [[gap[i], 0], [-gap[i] - width, 0]];
  for (const shift of [-width / 2, -width, 0]) sides.push([shift, gap[i] + 8], [shift, -gap[i] - 8]);
  const places = sides.map(([dx, dy]) => [at[i] + dx, at[i] + dx + width, up[i] + dy - 8, up[i] + dy + 8]);
  const inside = (b) =>
    b[0] >= 0 && b[1] <= canvas.inner_width && b[2] >= 0 && b[3] <= canvas.inner_height;
  const free = (b) => inside(b) && kept.every((k) => apart(b, k));
  const clear = places.find((b) => free(b) && marks.every((m, j) => j === i || apart(b, m)));
  // The largest sites may have their names over smaller marks; the first has one in any case.
  const box = clear ?? (i < 5 ? places.find(free) : undefined) ?? (i === 0 ? places[0] : undefined);
  text[i] = box ? name[i] : "";
  if (!box) continue;
  offset[i] = box[0] - at[i];
  rise[i] = (box[2] + box[3]) / 2 - up[i];
  kept.push(box);
}
source.change.emit();
