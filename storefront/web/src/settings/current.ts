/**
 * What the shop says of itself, for all pages.
 *
 * They are in the page as it was served. Where they are not, because product_service was down, the pages begin with what this
 * browser saw last, or with the defaults of the service, and are rendered once the shop has answered, or after WAIT_MS. An
 * answer that comes later renders them again. So the name is never missing, and seldom wrong.
 */
import { DEFAULT_SETTINGS, type Texts } from '@shop/product_service/domain/shop_settings'
import { shop as client, dataOf } from '../api/shop.ts'
import type { ShopSettings } from '../api/types.ts'
import { setCurrencyDisplay } from '../language/formats.ts'
import { currentLanguage, startLanguage } from '../language/switch.ts'
import { served } from '../served.ts'
import { browserStorage } from '../storage.ts'
import { showColours } from './colours.ts'
import { type Settings, shownSettings } from './shown_settings.ts'

const KEY = 'shop.settings'
const WAIT_MS = 250

export type { Settings } from './shown_settings.ts'

let current: Settings =
  served?.settings ??
  readStored() ??
  shownSettings({ ...DEFAULT_SETTINGS, version: 1, updated_at: null } as ShopSettings)
const listeners = new Set<() => void>()

/** Read it while rendering. */
export const shopSettings = (): Settings => current

export function watchSettings(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** In the language of the pages; in that of the shop where there is none. */
export const textOf = (texts: Texts): string => texts[currentLanguage()] || texts[current.default_language]

/** Resolves when the first page can be rendered. */
export async function startSettings(): Promise<void> {
  apply(current)
  const language = startLanguage(current.languages, current.default_language)
  if (served) {
    store(current)
    return language
  }
  const fresh = dataOf(client.products.GET('/shop', { cache: 'no-cache' })).then(adopt, () => {})
  await Promise.race([fresh, new Promise((resolve) => setTimeout(resolve, WAIT_MS))])
  await language
}

/** A newer answer of the shop. */
export async function adopt(answer: ShopSettings): Promise<void> {
  const next = shownSettings(answer)
  if (JSON.stringify(next) === JSON.stringify(current)) return
  current = next
  store(next)
  apply(next)
  await startLanguage(next.languages, next.default_language)
  for (const listener of listeners) listener()
}

function store(settings: Settings): void {
  try {
    browserStorage.setItem(KEY, JSON.stringify(settings))
  } catch {}
}

function apply({ colours, currency_display }: Settings): void {
  showColours(colours)
  setCurrencyDisplay(currency_display)
}

/** Stored data may come from an older release, an extension or the visitor. */
function readStored(): Settings | undefined {
  try {
    const stored: Partial<Settings> | null = JSON.parse(browserStorage.getItem(KEY) ?? 'null')
    const usable =
      typeof stored?.name === 'string' &&
      Array.isArray(stored.legal) &&
      Array.isArray(stored.languages) &&
      typeof stored.tagline === 'object' &&
      typeof stored.announcement === 'object' &&
      Array.isArray(stored.contact?.address) &&
      typeof stored.colours?.light?.accent === 'string' &&
      typeof stored.colours.dark?.accent === 'string'
    return usable ? (stored as Settings) : undefined
  } catch {
    return undefined
  }
}
