/**
 * The icon of the shop in browser tabs: its logo, if that is nearly square, for browsers squeeze others; else the mark of the pages
 * in the colours of the shop.
 */
import type { ShopSettings } from '../../web/src/api/types.ts'
import { coloursAsProperties } from '../../web/src/settings/accent.ts'
import { type Html, html } from './html.ts'
import { pictureAddress } from './view.ts'

/** Longer edge to shorter edge. */
const ICON_RATIO_MAX = 1.2

export function iconOf({ logo_media_id: id, logo, colours }: ShopSettings): Html {
  if (id !== null && logo && ratioOf(logo) <= ICON_RATIO_MAX) {
    return html`<link rel="icon" type="image/webp" href="/api/media/${id}/320.webp" /><link rel="apple-touch-icon" href="${pictureAddress({ id }, 320)}" />`
  }
  // Values that are not colours have no properties.
  if (Object.keys(coloursAsProperties(colours)).length === 0)
    return html`<link rel="icon" type="image/svg+xml" href="/favicon.svg" />`
  return html`<link rel="icon" type="image/svg+xml" href="data:image/svg+xml,${encodeURIComponent(markOf(colours.light))}" />`
}

const ratioOf = ({ width, height }: { width: number; height: number }) =>
  Math.max(width, height) / Math.min(width, height)

/** As web/public/favicon.svg. */
const markOf = ({ accent, text }: ShopSettings['colours']['light']) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="${accent}"/><path d="M9 23V12a7 7 0 0 1 14 0v11M9 17.5h14" fill="none" stroke="${text}" stroke-width="3" stroke-linecap="round"/></svg>`
