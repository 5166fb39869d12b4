// Names of the largest sites first; a name that would cover another is left out until the map is
// zoomed in. `source` is sorted by throughput.
const { x, y, name, gap, text, offset } = source.data;
const { start, end } = canvas.x_range;
const pixels = canvas.inner_width / (end - start);
const kept = [];
for (let i = 0; i < x.length; i++) {
  const width = 7.2 * name[i].length + 6;
  const at = (x[i] - start) * pixels;
  const left = at + gap[i] + width <= canvas.inner_width ? at + gap[i] : at - gap[i] - width;
  const box = [left, left + width, y[i] * pixels - 10, y[i] * pixels + 10];
  const free = kept.every((b) => box[1] < b[0] || b[1] < box[0] || box[3] < b[2] || b[3] < box[2]);
  text[i] = free || i === 0 ? name[i] : "";
  offset[i] = left - at;
  if (free) kept.push(box);
}
source.change.emit();
