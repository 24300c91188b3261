/**
 * The shop for readers without scripts: crawlers, and browsers in which the app does not start. The app replaces it at its
 * first render. The top of it (served_top.ts) looks as in the app, and is seen at once. The rest is plain, and hidden until
 * then (`served-rest`; web/public/theme.js): no layout that could differ from the app's.
 */

import type { Group, Listing, Product } from '../../web/src/api/types.ts'
import * as looks from '../../web/src/looks.ts'
import { reductionOf } from '../../web/src/shop/reduction.ts'
import { PAGE } from '../http/page_addresses.ts'
import type { Content, Picture } from './content.ts'
import { type Html, html, joined, NONE } from './html.ts'
import { announcementOf, firstPictureOf, headerOf, itemTop, listTop, mediaOf, typed } from './served_top.ts'
import {
  addressOf,
  inLanguage,
  moneyText,
  percentText,
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
  return html`<div class="served ${looks.SHELL}">${announcementOf(view)}${headerOf(view)}<main class="${looks.MAIN}">${main}</main>${footer(view)}</div>`
}

/** What a page that only the app shows has before it. */
export const servedFooter = (view: View): Html => html`<div class="served">${footer(view)}</div>`

const contentOf = (view: View, content: Content, next?: string): Html =>
  content.kind === 'list' ? listOf(view, content, next) : detailsOf(view, content)

type List = Extract<Content, { kind: 'list' }>

const rest = (...parts: readonly Html[]) => html`<div class="served-rest page">${parts}</div>`

const missing = ({ texts }: View) => rest(html`<h1>${texts.notFound}</h1><p>${texts.notFoundMore}</p>`)

function listOf(view: View, list: List, next?: string): Html {
  return html`${listTop(view, list)}${rest(
    html`<ul class="served-list">${list.items.map((item) => itemOf(view, item))}</ul>`,
    next === undefined ? NONE : html`<p><a href="${next}" rel="next">${view.texts.next}</a></p>`,
  )}`
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
  const { price, stock, sku } =
    content.kind === 'product'
      ? {
          price: fullPriceOf(view, content.product),
          stock: stockOf(view, content.product.stock > 0),
          sku: content.product.sku,
        }
      : {
          price: html`<span class="tabular ${looks.PRICE}">${rangeOf(view, content.group)}</span>`,
          stock: stockOf(view, content.group.in_stock),
          sku: null,
        }
  const first = firstPictureOf(content)
  return joined([
    itemTop(view, content, price),
    rest(
      html`<p>${stock}</p>`,
      joined(
        mediaOf(content)
          .filter((each) => each !== first)
          .map((picture) => pictureOf(picture, LARGE)),
      ),
      sku === null ? NONE : html`<p>${texts.article}: ${typed(sku)}</p>`,
      attributesOf(content.kind === 'product' ? (content.group ?? content.product) : content.group),
      content.kind === 'group' ? variantsOf(view, content.group, content.variants) : NONE,
    ),
  ])
}

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

/** As tall as the app shows it (web/src/shop/price.tsx). */
function fullPriceOf(view: View, product: Product): Html {
  const reduction = reductionOf(product)
  const money = (amount: string) => moneyText(view, amount, product)
  if (!reduction) return html`<span class="tabular ${looks.PRICE}">${money(product.price)}</span>`
  const share =
    reduction.share === undefined
      ? NONE
      : html`<span class="${looks.SHARE}">${percentText(view, -reduction.share)}</span>`
  const lowest =
    reduction.lowest === undefined
      ? NONE
      : html`<span class="text-sm text-soft">${view.texts.lowest30(money(reduction.lowest))}</span>`
  return html`<span class="${looks.REDUCED}"><span class="${looks.REDUCED_ROW}"><span class="tabular text-bad ${looks.PRICE}">${money(product.price)}</span><s class="tabular text-soft"><span class="sr-only">${view.texts.before} </span>${money(reduction.before)}</s>${share}</span>${lowest}</span>`
}

function rangeOf(view: View, { price_from, price_to, ...money }: Group): Html {
  if (price_from === null) return NONE
  const from = moneyText(view, price_from, money)
  return price_from === price_to ? html`${from}` : html`${view.texts.from} ${from}`
}

/** Lazy: they are seen only if the app does not start. */
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
  return html`<footer class="served-rest page"><nav aria-label="${view.texts.legal}"><ul>${legal.map(
    ({ slug, title }) =>
      html`<li><a href="/pages/${encodeURIComponent(slug)}">${typed(inLanguage(view, title))}</a></li>`,
  )}<li><a href="${PAGE.withdraw}">${view.texts.withdraw}</a></li></ul></nav>${lines.length === 0 ? NONE : html`<address>${typed(lines.join(' · '))}</address>`}</footer>`
}
