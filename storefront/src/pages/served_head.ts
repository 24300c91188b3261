/** The head of a served page: what search engines and link previews read. */
import type { Group, Product } from '../../web/src/api/types.ts'
import type { Content, Picture } from './content.ts'
import { type Html, html, joined, NONE, plain, scriptData, shortened } from './html.ts'
import { structuredData } from './structured_data.ts'
import { addressOf, inLanguage, pictureAddress, sizeAt, type View } from './view.ts'

/** What search engines show of it. */
const DESCRIPTION_LENGTH_MAX = 160
const PREVIEW_EDGE = 1280

export type HeadOf = {
  readonly content?: Content
  readonly title?: string
  /** The one address of this content. Without it the page is not for search engines. */
  readonly canonical?: string | undefined
}

export function servedHead(view: View, { content, title, canonical }: HeadOf): Html {
  const { settings } = view
  const about = content && subjectOf(content)
  const tagline = inLanguage(view, settings.tagline)
  const category = content?.kind === 'list' ? content.category : undefined
  const named = plain(title ?? about?.name ?? category?.name ?? tagline)
  const whole = [named, plain(settings.name)].filter((each) => each !== '').join(' · ')
  const description = shortened(
    about?.description || category?.description || tagline,
    DESCRIPTION_LENGTH_MAX,
  )
  const parts = [html`<title>${whole}</title><meta name="description" content="${description}" />`]
  if (canonical === undefined) parts.push(html`<meta name="robots" content="noindex" />`)
  else parts.push(html`<link rel="canonical" href="${view.origin + canonical}" />`)
  if (content && canonical !== undefined) {
    parts.push(preview(view, { title: named || whole, description, canonical, content }))
    for (const data of structuredData(view, content))
      parts.push(html`<script type="application/ld+json">${scriptData(data)}</script>`)
  }
  return joined(parts)
}

/** What the page is about, if it is one thing. */
export function subjectOf(content: Content) {
  if (content.kind === 'list') return undefined
  const shown: Group | Product = content.kind === 'group' ? content.group : content.product
  const group = content.kind === 'product' ? content.group : undefined
  const suggested = content.kind === 'group' ? content.suggested : undefined
  return {
    name: shown.name,
    description: shown.description || (group?.description ?? ''),
    media: shown.media.length > 0 ? shown.media : ((group ?? suggested)?.media ?? []),
    canonical: addressOf(group ?? shown),
  }
}

type Preview = { title: string; description: string; canonical: string; content: Content }

function preview(view: View, { title, description, canonical, content }: Preview): Html {
  const { settings, origin, language } = view
  const about = subjectOf(content)
  const picture = about?.media[0]
  const logo = settings.logo_media_id
  return joined([
    property('og:type', about ? 'product' : 'website'),
    property('og:site_name', plain(settings.name)),
    property('og:title', title),
    property('og:description', description),
    property('og:url', origin + canonical),
    property('og:locale', language),
    picture
      ? pictureProperties(origin, picture)
      : logo === null
        ? NONE
        : property('og:image', origin + pictureAddress({ id: logo }, PREVIEW_EDGE)),
    html`<meta name="twitter:card" content="${picture ? 'summary_large_image' : 'summary'}" />`,
    content.kind === 'product' ? offerProperties(content.product) : NONE,
  ])
}

const offerProperties = ({ price, currency, stock }: Product) =>
  joined([
    property('product:price:amount', price),
    property('product:price:currency', currency),
    property('product:availability', stock > 0 ? 'in stock' : 'out of stock'),
  ])

function pictureProperties(origin: string, picture: Picture): Html {
  const { width, height } = sizeAt(picture, PREVIEW_EDGE)
  return joined([
    property('og:image', origin + pictureAddress(picture, PREVIEW_EDGE)),
    property('og:image:width', String(width)),
    property('og:image:height', String(height)),
    property('og:image:alt', plain(picture.alt)),
  ])
}

const property = (name: string, content: string) =>
  content === '' ? NONE : html`<meta property="${name}" content="${content}" />`
