/** Numbers the values by which listings are filtered: categories, and the values of facets. */

/** `facet` is undefined for a category; then `text` is its id. */
export type NamedValue = { readonly facet: number | undefined; readonly text: string }

/** No id of a category looks like this. */
const keyOf = (facet: number, value: string) => `${facet}:${value}`

export type ValueNames = {
  /** The numbers of all values of a thing, each once, made if they have none. `options` has names and values by turns. */
  numbersOf(
    thing: {
      readonly categories: readonly string[]
      readonly attributes: Readonly<Record<string, readonly string[]>>
    },
    options: readonly string[],
  ): number[]
  findCategory(id: string): number | undefined
  /** The number of a facet by its name. */
  findFacet(name: string): number | undefined
  /** A value as `Name:value`. If several readings are known, the one with the shortest name. */
  findChoice(text: string): number | undefined
  readonly all: readonly NamedValue[]
  /** Names of facets, by their numbers. */
  readonly facets: readonly string[]
}

export function createValueNames(): ValueNames {
  const numbers = new Map<string, number>()
  const facetNumbers = new Map<string, number>()
  const all: NamedValue[] = []
  const facets: string[] = []

  const numberOf = (key: string, make: () => NamedValue): number => {
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, all.length)
    return all.push(make()) - 1
  }
  const facetOf = (name: string): number => {
    const known = facetNumbers.get(name)
    if (known !== undefined) return known
    facetNumbers.set(name, facets.length)
    return facets.push(name) - 1
  }

  const category = (id: string) => numberOf(id, () => ({ facet: undefined, text: id }))
  const choice = (name: string, value: string) => {
    const facet = facetOf(name)
    return numberOf(keyOf(facet, value), () => ({ facet, text: value }))
  }

  return {
    numbersOf({ categories, attributes }, options) {
      const found = new Set(categories.map(category))
      for (const [name, of] of Object.entries(attributes))
        for (const value of of) found.add(choice(name, value))
      for (let i = 0; i + 1 < options.length; i += 2) found.add(choice(options[i]!, options[i + 1]!))
      return [...found]
    },
    findCategory: (id) => numbers.get(id),
    findFacet: (name) => facetNumbers.get(name),
    findChoice(text) {
      for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) {
        const facet = facetNumbers.get(text.slice(0, at))
        const found = facet === undefined ? undefined : numbers.get(keyOf(facet, text.slice(at + 1)))
        if (found !== undefined) return found
      }
      return undefined
    },
    all,
    facets,
  }
}
