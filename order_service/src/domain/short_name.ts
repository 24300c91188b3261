/** Names of products where room is limited: in events, and in quotes, which their buyers keep. */
export function shortName(name: string, bytesMax: number): string {
  if (bytesOf(name) <= bytesMax) return name
  const letters = [...name]
  while (bytesOf(`${letters.join('')}…`) > bytesMax) letters.pop()
  return `${letters.join('')}…`
}

/** As JSON in UTF-8. */
const bytesOf = (text: string) => new TextEncoder().encode(JSON.stringify(text)).length
