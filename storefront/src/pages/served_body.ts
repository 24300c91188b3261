/**
 * The shop for readers without scripts: crawlers, and browsers in which the app does not start. The app replaces it at its
 * first render, and hides it until then (web/public/theme.js), so it is plain: no layout that could differ from the app's.
 */

import type { Group, Listing, Product } from '../../web/src/api/types.ts'
import { categoryAddress } from '../../web/src/shop/category_tree.ts'
import { PAGE } from '../http/page_addresses.ts'
import type { Above, Content, Picture } from './content.ts'
import { type Html, html, joined, NONE, raw } from './html.ts'
import { subjectOf } from './served_head.ts'
import {
  addressOf,
  inLanguage,
  moneyText,
  pictureAddress,
  sizeAt,
  type View,
  variantAddress,
} from './view.ts'

/** Of the pictures of a list, and of a product. */
const SMALL = 320
const LARGE = 640

export function servedBody(view: View, content: Content | undefined, next?: string): Html {
  const main = content === undefined ? missing(view) : contentOf(view, content, next)
  return html`<div class="served"><header><a href="${PAGE.catalogue}">${logoOf(view)}</a></header><main>${main}</main>${footer(view)}</div>`
}

function logoOf({ settings: { name, logo_media_id: id, logo } }: View): Html {
  if (id === null || !logo) return typed(name)
  const { width, height } = sizeAt(logo, SMALL)
  return html`<img src="${pictureAddress({ id }, SMALL)}" alt="${name}" width="${width}" height="${height}" loading="lazy" />`
}

const contentOf = (view: View, content: Content, next?: string): Html =>
  content.kind === 'list' ? listOf(view, content, next) : detailsOf(view, content)

type List = Extract<Content, { kind: 'list' }>

const missing = ({ texts }: View) => html`<h1>${texts.notFound}</h1><p>${texts.notFoundMore}</p>`

/** Text that a user typed, in its own direction: it does not turn what follows, whatever characters it has. */
const typed = (text: string) => html`<bdi>${text}</bdi>`

function listOf(view: View, { items, category, above }: List, next?: string): Html {
  const heading = category
    ? typed(category.name)
    : html`${inLanguage(view, view.settings.tagline) || view.texts.products}`
  const path = category ? pathOf(view, above, category.name) : NONE
  return html`${path}<h1>${heading}</h1><ul class="served-list">${items.map((item) => itemOf(view, item))}</ul>${
    next === undefined ? NONE : html`<p><a href="${next}" rel="next">${view.texts.next}</a></p>`
  }`
}

function itemOf(view: View, listing: Listing): Html {
  const shown = listing.kind === 'group' ? listing.group : listing.product
  const [price, inStock] =
    listing.kind === 'group'
      ? [rangeOf(view, listing.group), listing.group.in_stock]
      : [priceOf(view, listing.product), listing.product.stock > 0]
  return html`<li><a href="${addressOf(shown)}">${pictureOf(shown.media[0], SMALL)}${typed(shown.name)}</a><p>${price} · ${stockOf(view, inStock)}</p></li>`
}

function detailsOf(view: View, content: Exclude<Content, { kind: 'list' }>): Html {
  const { texts } = view
  const { name, description, media } = subjectOf(content)!
  const { price, stock, sku } =
    content.kind === 'product'
      ? {
          price: priceOf(view, content.product),
          stock: stockOf(view, content.product.stock > 0),
          sku: content.product.sku,
        }
      : {
          price: rangeOf(view, content.group),
          stock: stockOf(view, content.group.in_stock),
          sku: null,
        }
  return joined([
    pathOf(view, content.above, name),
    html`<article><h1>${typed(name)}</h1><p class="served-price">${price}</p><p>${stock}</p>`,
    joined(media.map((picture) => pictureOf(picture, LARGE))),
    html`<p class="served-text" dir="auto">${description}</p>`,
    sku === null ? NONE : html`<p>${texts.article}: ${typed(sku)}</p>`,
    attributesOf(content.kind === 'product' ? (content.group ?? content.product) : content.group),
    content.kind === 'group' ? variantsOf(view, content.group, content.variants) : NONE,
    raw('</article>'),
  ])
}

const pathOf = ({ texts }: View, above: Above['above'], name: string): Html =>
  html`<nav aria-label="${texts.path}"><a href="${PAGE.catalogue}">${texts.home}</a>${above.map(
    (category) => html` › <a href="${categoryAddress(category)}">${typed(category.name)}</a>`,
  )} › ${typed(name)}</nav>`

function attributesOf({ attributes }: Pick<Product, 'attributes'>): Html {
  const all = Object.entries(attributes)
  if (all.length === 0) return NONE
  return html`<dl>${all.map(([name, values]) => html`<dt>${typed(name)}</dt><dd>${typed(values.join(', '))}</dd>`)}</dl>`
}

const variantsOf = (view: View, group: Group, variants: readonly Product[]): Html =>
  html`<h2>${view.texts.variants}</h2><ul>${variants.map(
    (variant) =>
      html`<li><a href="${variantAddress(group, variant)}">${typed(variant.option_values.join(' / '))}</a> · ${priceOf(view, variant)} · ${stockOf(view, variant.stock > 0)}</li>`,
  )}</ul>`

const stockOf = ({ texts }: View, inStock: boolean) => (inStock ? texts.inStock : texts.soldOut)

function priceOf(view: View, product: Product): Html {
  const { compare_at_price: before } = product
  const now = html`<span>${moneyText(view, product.price, product)}</span>`
  return before === null
    ? now
    : html`${now} (${view.texts.before} <s>${moneyText(view, before, product)}</s>)`
}

function rangeOf(view: View, { price_from, price_to, ...money }: Group): Html {
  if (price_from === null) return NONE
  const from = moneyText(view, price_from, money)
  return price_from === price_to ? html`${from}` : html`${view.texts.from} ${from}`
}

/** Lazy, so that a browser whose app shows another size does not load this one. */
function pictureOf(picture: Picture | undefined, edge: typeof SMALL | typeof LARGE): Html {
  if (!picture) return NONE
  const { width, height } = sizeAt(picture, edge)
  return html`<img src="${pictureAddress(picture, edge)}" alt="${picture.alt}" width="${width}" height="${height}" loading="lazy" />`
}

function footer(view: View): Html {
  const { contact } = view.settings
  const legal = Object.values(view.settings.legal).filter(({ text }) =>
    Object.values(text).some((each) => each.trim() !== ''),
  )
  const lines = [...contact.address, contact.phone, contact.email].filter((line) => line !== '')
  return html`<footer>${
    legal.length === 0
      ? NONE
      : html`<nav aria-label="${view.texts.legal}"><ul>${legal.map(
          ({ slug, title }) =>
            html`<li><a href="/pages/${encodeURIComponent(slug)}">${typed(inLanguage(view, title))}</a></li>`,
        )}</ul></nav>`
  }${lines.length === 0 ? NONE : html`<address>${typed(lines.join(' · '))}</address>`}</footer>`
}
