type Page<Item> = { readonly items: readonly Item[]; readonly next_cursor: string | null }

/** Of all pages of a list. */
export async function itemsOf<Item>(read: (cursor?: string) => Promise<Page<Item>>): Promise<Item[]> {
  const found: Item[] = []
  for (let cursor: string | undefined; ; ) {
    const { items, next_cursor } = await read(cursor)
    found.push(...items)
    if (next_cursor === null) return found
    cursor = next_cursor
  }
}
