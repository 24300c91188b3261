/** The settings of the shop as every page needs them. This file imports nothing at run time, so that the gateway can import it. */
import type { ShopSettings } from '../api/types.ts'

type LegalPage = keyof ShopSettings['legal']

/** Legal texts are fetched with their page alone. */
export type Settings = Omit<ShopSettings, 'legal'> & {
  readonly legal: readonly {
    readonly page: LegalPage
    readonly slug: string
    readonly title: ShopSettings['tagline']
  }[]
}

export function shownSettings({ legal, ...settings }: ShopSettings): Settings {
  const written = Object.entries(legal).filter(([, { text }]) =>
    Object.values(text).some((each) => each.trim() !== ''),
  )
  return {
    ...settings,
    legal: written.map(([page, { slug, title }]) => ({ page: page as LegalPage, slug, title })),
  }
}
