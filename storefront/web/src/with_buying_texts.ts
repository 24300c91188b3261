/** The code of a page together with the texts of ordering, paying and returning, which load with it. */
import { addTexts } from './language/switch.ts'
import type { Load } from './on_demand.ts'

export function withBuyingTexts(load: Load): Load {
  return async () => {
    const texts = import('./language/buying_texts.ts').then(({ buyingTexts }) => addTexts(buyingTexts))
    return (await Promise.all([load(), texts]))[0]
  }
}
