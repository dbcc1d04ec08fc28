/** In an order of chance (Fisher and Yates). */
export function shuffled<Item>(items: readonly Item[]): Item[] {
  const left = [...items];
  const taken: Item[] = [];
  while (left.length > 0) {
    const place = Math.floor(Math.random() * left.length);
    const [item] = left.slice(place, place + 1);
    const last = left.pop();
    if (item === undefined || last === undefined) break;
    if (place < left.length) left[place] = last;
    taken.push(item);
  }
  return taken;
}
