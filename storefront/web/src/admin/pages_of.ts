/** The items of at most `pagesMax` pages. `complete`: these are all items. */
export async function pagesOf<Item>(
  pagesMax: number,
  page: (cursor: string | null) => Promise<{ items: Item[]; next_cursor: string | null }>,
): Promise<{ items: Item[]; complete: boolean }> {
  const items: Item[] = []
  let cursor: string | null = null
  for (let pages = 0; pages < pagesMax; pages++) {
    const next = await page(cursor)
    items.push(...next.items)
    cursor = next.next_cursor
    if (cursor === null) break
  }
  return { items, complete: cursor === null }
}
