/**
 * The top of a served page: the part that visitors see before the app has started. It has the layout of the app (web/src/looks.ts).
 *
 * Invariants
 *  1. Everything in it is in the same place, and looks the same, when the app has replaced it (tests/browser/pages.test.ts).
 *  2. The heading, and the first picture of a product, are in it: the largest thing in the window is drawn without waiting
 *     for the app.
 *  3. It shows nothing that depends on the visitor beyond their language: who is signed in, and how their country writes a
 *     price. A price has its place (`served-late`), and is seen once the app has started, or did not start in time.
 */
import { isSign, logoSize, MARK, MARK_PATH } from '../../web/src/layout/logo_shape.ts'
import * as looks from '../../web/src/looks.ts'
import { categoryAddress } from '../../web/src/shop/category_tree.ts'
import { picturesOf, srcSetOf } from '../../web/src/shop/picture_sources.ts'
import { DIRECTED, type IconName, PATHS } from '../../web/src/ui/icon_paths.ts'
import { PAGE } from '../http/page_addresses.ts'
import type { Above, Content, Picture } from './content.ts'
import { type Html, html, joined, NONE, raw } from './html.ts'
import { subjectOf } from './served_head.ts'
import { inLanguage, pictureAddress, type View } from './view.ts'

/** Empty, until the app fills it: not shown where there are no scripts. */
const PLACES = 'served-places'

type List = Extract<Content, { kind: 'list' }>
type Item = Exclude<Content, { kind: 'list' }>

/** Text that a user typed, in its own direction: it does not turn what follows, whatever characters it has. */
export const typed = (text: string) => html`<bdi dir="auto">${text}</bdi>`

export function announcementOf(view: View): Html {
  const text = inLanguage(view, view.settings.announcement)
  return text === ''
    ? NONE
    : html`<aside class="${looks.ANNOUNCEMENT}"><p dir="auto" class="${looks.ANNOUNCEMENT_TEXT}">${text}</p></aside>`
}

export const headerOf = (view: View): Html =>
  html`<header class="${looks.HEADER}"><div class="${looks.HEADER_ROW}"><a class="${looks.BRAND}" href="${PAGE.catalogue}">${logoOf(view)}</a></div></header>`

function logoOf({ settings: { name, logo_media_id: id, logo } }: View): Html {
  const named = html`<bdi dir="auto" class="truncate">${name}</bdi>`
  if (id === null || !logo)
    return html`<svg viewBox="0 0 32 32" aria-hidden="true" class="${MARK}"><rect width="32" height="32" rx="9" class="fill-accent" /><path d="${MARK_PATH}" fill="none" stroke-width="2.8" stroke-linecap="round" class="stroke-on-accent" /></svg>${named}`
  const { width, height } = logoSize(logo)
  const picture = pictureOf(
    { id, ...logo },
    { alt: name, sizes: `${width}px`, look: looks.LOGO, size: { width, height } },
  )
  return isSign(logo) ? html`${picture}${named}` : picture
}

export function listTop(view: View, { category, above, home }: List): Html {
  const { settings, texts } = view
  const heading = category ? typed(category.name) : html`${inLanguage(view, settings.tagline) || texts.home}`
  const words = joined([
    category ? crumbsOf(view, above, true) : NONE,
    home ? html`<p class="${looks.WELCOME}">${texts.welcome(settings.name)}</p>` : NONE,
    titleOf(heading, home ? looks.LARGE_TITLE : looks.PAGE_TITLE),
    home ? html`<p class="${looks.PROMISE}">${texts.promise}</p>` : NONE,
    category?.description
      ? html`<p dir="auto" class="${looks.CATEGORY_TEXT}">${category.description}</p>`
      : NONE,
  ])
  const places = Array.from(
    { length: looks.COLLAGE_PLACES },
    () => html`<div class="${looks.COLLAGE_PLACE}"></div>`,
  )
  const collage = home
    ? html`<div aria-hidden="true" class="${PLACES} ${looks.COLLAGE}">${places}</div>`
    : NONE
  return html`<div class="${looks.CATALOGUE}"><div class="${looks.CATALOGUE_TOP}"><div class="${home ? looks.HERO : ''}"><div class="${looks.HEADING}">${words}</div>${collage}</div></div></div>`
}

/** `late` is what is seen once the app has started: the price. */
export function itemTop(view: View, content: Item, late: Html): Html {
  const { name, description: ofSubject } = subjectOf(content)!
  const description = (content.kind === 'group' && content.variant?.description) || ofSubject
  const group = content.kind === 'product' ? content.group : undefined
  const back = html`<a class="${looks.BACK}" href="${PAGE.catalogue}">${icon('left')}${view.texts.back}</a>`
  return joined([
    html`<article class="${looks.ITEM}"><div class="${looks.ITEM_PATH}">${back}${content.above.length > 0 ? crumbsOf(view, content.above, false) : NONE}</div>`,
    galleryOf(content),
    html`<div class="${looks.ITEM_WORDS}">${titleOf(typed(group?.name ?? name), looks.PAGE_TITLE)}<div class="served-late">${late}</div>`,
    html`<p dir="auto" class="${looks.ITEM_TEXT}">${description}</p></div></article>`,
  ])
}

/** In the order of the app. */
export const mediaOf = (content: Item): readonly Picture[] =>
  content.kind === 'group'
    ? picturesOf((content.variant ?? content.suggested)?.media ?? [], content.group.media)
    : picturesOf(content.product.media, content.group?.media ?? [])

/** The picture that is shown first. */
export const firstPictureOf = (content: Content): Picture | undefined =>
  content.kind === 'list' ? undefined : mediaOf(content)[0]

function galleryOf(content: Item): Html {
  const media = mediaOf(content)
  const first = firstPictureOf(content)
  const picture = first
    ? pictureOf(first, {
        alt: first.alt,
        sizes: looks.PICTURE_SIZES,
        look: 'served-picture size-full rounded-xl bg-sunken object-cover',
        size: first,
        priority: true,
      })
    : NONE
  const thumbs =
    media.length > 1
      ? html`<ul aria-hidden="true" class="${PLACES} ${looks.THUMBS}">${media.map(() => html`<li class="${looks.THUMB} border-transparent"></li>`)}</ul>`
      : NONE
  return html`<div class="${first ? '' : PLACES} ${looks.GALLERY}"><div class="${looks.PICTURE_FRAME} bg-sunken">${picture}</div>${thumbs}</div>`
}

/** What its attributes cannot say, as the policy of the pages allows no style attributes; empty for other values than expected. */
export function styleOfPicture({ focus, blur }: Picture): string {
  const position = [focus.x, focus.y]
  if (!position.every((each) => Number.isFinite(each)) || !BLUR.test(blur)) return ''
  const at = position.map((each) => `${each}%`).join(' ')
  return `.served-picture{object-position:${at};background:${at} / cover no-repeat url("${blur}")}`
}
const BLUR = /^data:image\/\w+;base64,[\w+/=]*$/

type Shown = {
  readonly alt: string
  readonly sizes: string
  readonly look: string
  readonly size: { readonly width: number; readonly height: number }
  readonly priority?: boolean
}

function pictureOf(
  picture: Pick<Picture, 'id' | 'width' | 'height'>,
  { alt, sizes, look, size, priority = false }: Shown,
): Html {
  const source = html`<source class="hidden" type="image/webp" srcset="${srcSetOf(picture, 'webp')}" sizes="${sizes}" />`
  return html`<picture class="contents">${source}<img src="${pictureAddress(picture, 640)}" srcset="${srcSetOf(picture, 'jpeg')}" sizes="${sizes}" alt="${alt}" width="${size.width}" height="${size.height}" class="${look}"${priority ? raw(' fetchpriority="high"') : NONE} /></picture>`
}

const titleOf = (heading: Html, look: string) =>
  html`<div class="${looks.TITLE_ROW}"><h1 class="${look}">${heading}</h1></div>`

function crumbsOf({ texts }: View, path: Above['above'], shop: boolean): Html {
  const crumb = (address: string, name: Html) =>
    html`<li class="min-w-0"><a class="${looks.CRUMB}" href="${address}">${name}</a></li>`
  const between = html`<li aria-hidden="true">${icon('chevron', 'size-4 text-edge')}</li>`
  return html`<nav aria-label="${texts.path}" class="min-w-0"><ol class="${looks.CRUMBS}">${shop ? crumb(PAGE.catalogue, typed(texts.home)) : NONE}${path.map(
    (category, i) =>
      html`${shop || i > 0 ? between : NONE}${crumb(categoryAddress(category), typed(category.name))}`,
  )}</ol></nav>`
}

const icon = (name: IconName, size = 'size-5') =>
  html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" class="shrink-0${DIRECTED.includes(name) ? ' rtl:-scale-x-100' : ''} ${size}"><path d="${PATHS[name]}" /></svg>`
