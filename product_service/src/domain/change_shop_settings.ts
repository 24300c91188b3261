/**
 * Changes of the shop's settings: a merge patch (RFC 7396) under optimistic locking.
 *
 * Invariants
 *  1. A change that named a version is applied to that version, or refused with the current settings. Unlike for products
 *     every change counts: nothing but people changes settings.
 *  2. `version` grows by one with each change; a change that changes nothing leaves everything as it is.
 *  3. Stored settings keep the rules of `faultOf`: the pages can show them.
 *  4. A logo is used as the picture of a product is (invariant 6 of media_ports.ts): it is there when it is chosen, and is never
 *     removed while it is the logo. The store sees to it, and to `logo`.
 */
import type { AuditRecord } from './audit.ts'
import { CONTRAST_MIN, contrastOf, mixed } from './contrast.ts'
import { DomainError } from './errors.ts'
import type { SeenVersions } from './product.ts'
import { LEGAL_PAGES, type ShopSettings, type StoredSettings } from './shop_settings.ts'

/** Some fields at any depth. Lists are replaced as a whole. */
export type Patch<T = ShopSettings> = {
  readonly [Key in keyof T]?: T[Key] extends readonly unknown[] | string | null ? T[Key] : Patch<T[Key]>
}

/** `now` is the time of the change. Fails with `settings_changed` or `settings_refused`. */
export function changeSettings(
  before: StoredSettings,
  patch: Patch,
  seen: SeenVersions,
  at: string,
): StoredSettings {
  const { settings, version } = before
  if (seen !== undefined && !seen.includes(version)) {
    throw new DomainError(
      'settings_changed',
      `The settings are now at version ${version}; nothing was changed. Read current and try again.`,
      { current: before },
    )
  }
  const next = patched(settings, patch)
  if (JSON.stringify(next) === JSON.stringify(settings)) return before
  const fault = faultOf(next)
  if (fault) throw new DomainError('settings_refused', `${fault.path} ${fault.message}.`, fault)
  return { ...before, settings: next, version: version + 1, updatedAt: at }
}

type Tree = { readonly [key: string]: unknown }
const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** In the order of `settings`, whose keys alone count: a document of another release may have others. */
export function patched<T extends object>(settings: T, patch: Patch<T>): T {
  const changes = patch as Tree
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => {
      const change = Object.hasOwn(changes, key) ? changes[key] : undefined
      if (change === undefined) return [key, value]
      return [key, isTree(value) ? (isTree(change) ? patched<object>(value, change) : value) : change]
    }),
  ) as T
}

/** The grounds of the pages (storefront/web/src/styles.css), and how much of the accent the soft one has. */
const GROUNDS = {
  light: { ground: '#f4f6f2', surface: '#ffffff' },
  dark: { ground: '#101512', surface: '#171d1a' },
} as const
export const SOFT_SHARE = 0.14

type SettingsFault = { readonly path: string; readonly message: string }

/** What the fields cannot say alone. */
export function faultOf(settings: ShopSettings): SettingsFault | undefined {
  const { languages, default_language, legal, colours } = settings
  if (!languages.includes(default_language)) {
    return { path: '/default_language', message: 'must be one of the languages that are offered' }
  }
  const slugs = LEGAL_PAGES.map((page) => legal[page].slug)
  const repeated = LEGAL_PAGES.find((_, i) => slugs.indexOf(slugs[i]!) < i)
  if (repeated)
    return { path: `/legal/${repeated}/slug`, message: 'must differ from those of the other pages' }
  for (const scheme of ['light', 'dark'] as const) {
    const { accent, text } = colours[scheme]
    if (contrastOf(accent, text) < CONTRAST_MIN) {
      return {
        path: `/colours/${scheme}/text`,
        message: `must have a contrast of at least ${CONTRAST_MIN} with the accent, not ${rounded(contrastOf(accent, text))}`,
      }
    }
    const { ground, surface } = GROUNDS[scheme]
    const least = Math.min(
      ...[ground, surface, mixed(accent, surface, SOFT_SHARE)].map((under) => contrastOf(accent, under)),
    )
    if (least < CONTRAST_MIN) {
      return {
        path: `/colours/${scheme}/accent`,
        message: `must have a contrast of at least ${CONTRAST_MIN} with the page, not ${rounded(least)}`,
      }
    }
  }
  return undefined
}

/** Down, so that a refused contrast is never shown as a good one. */
const rounded = (contrast: number): string => (Math.floor(contrast * 10) / 10).toFixed(1)

/** Entries name a few fields each; the audit log says how many. */
const FIELDS_PER_ENTRY = 8

export function settingsChanged(before: ShopSettings, after: ShopSettings): readonly AuditRecord[] {
  const leaves = new Map(leavesOf(before))
  const changes = leavesOf(after)
    .filter(([field, value]) => leaves.get(field) !== value)
    .map(([field, value]) => ({ field, before: leaves.get(field) ?? null, after: value }))
  return Array.from({ length: Math.ceil(changes.length / FIELDS_PER_ENTRY) }, (_, i) => ({
    action: 'shop.settings_changed' as const,
    subject: { type: 'shop' as const, id: 'shop' },
    changes: changes.slice(i * FIELDS_PER_ENTRY, (i + 1) * FIELDS_PER_ENTRY),
  }))
}

/** Each field by its path, such as `legal.imprint.title.de`; a list as one text. */
export function leavesOf(tree: object, path = ''): [field: string, value: string | null][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string | null][] => {
    const field = path === '' ? key : `${path}.${key}`
    if (isTree(value)) return leavesOf(value, field)
    return [[field, value === null ? null : Array.isArray(value) ? value.join(', ') : String(value)]]
  })
}
