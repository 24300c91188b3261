/** What search engines read: schema.org as JSON-LD. Price and stock are those of the page. */
import type { Group, Product } from '../../web/src/api/types.ts'
import { categoryAddress } from '../../web/src/shop/category_tree.ts'
import type { Above, Content } from './content.ts'
import { addressOf, inLanguage, pictureAddress, type View, variantAddress } from './view.ts'

const CONTEXT = 'https://schema.org'

export function structuredData(view: View, content: Content): readonly object[] {
  switch (content.kind) {
    case 'product': {
      const { product, group } = content
      const address = group ? variantAddress(group, product) : addressOf(product)
      return [
        { '@context': CONTEXT, ...productData(view, product, address, group) },
        breadcrumbs(view, content, group ?? product),
      ]
    }
    case 'group':
      return [
        { '@context': CONTEXT, ...groupData(view, content.group, content.variants) },
        breadcrumbs(view, content, content.group),
      ]
    default:
      return [content.category ? breadcrumbs(view, content, content.category, 'categories') : shopData(view)]
  }
}

function shopData(view: View) {
  const { origin, settings } = view
  const { email, phone, address } = settings.contact
  return {
    '@context': CONTEXT,
    '@type': 'OnlineStore',
    name: settings.name,
    url: `${origin}/`,
    description: inLanguage(view, settings.tagline),
    ...(settings.logo_media_id === null
      ? {}
      : { logo: origin + pictureAddress({ id: settings.logo_media_id }, 640) }),
    ...(email === '' ? {} : { email }),
    ...(phone === '' ? {} : { telephone: phone }),
    ...(address.length === 0 ? {} : { address: address.join(', ') }),
  }
}

function productData(view: View, product: Product, address: string, group?: Group) {
  const media = product.media.length > 0 ? product.media : (group?.media ?? [])
  return {
    '@type': 'Product',
    name: product.name,
    description: product.description || (group?.description ?? ''),
    url: view.origin + address,
    ...picturesOf(view, media),
    ...(product.sku === null ? {} : { sku: product.sku }),
    ...(product.gtin === null ? {} : { gtin: product.gtin }),
    ...(group
      ? { isVariantOf: { '@type': 'ProductGroup', productGroupID: group.id, name: group.name } }
      : {}),
    offers: {
      '@type': 'Offer',
      url: view.origin + address,
      price: product.price,
      priceCurrency: product.currency,
      availability: availability(product.stock > 0),
      itemCondition: `${CONTEXT}/NewCondition`,
      seller: { '@type': 'Organization', name: view.settings.name },
      ...(product.compare_at_price === null
        ? {}
        : {
            priceSpecification: {
              '@type': 'UnitPriceSpecification',
              priceType: `${CONTEXT}/StrikethroughPrice`,
              price: product.compare_at_price,
              priceCurrency: product.currency,
            },
          }),
    },
  }
}

function groupData(view: View, group: Group, variants: readonly Product[]) {
  return {
    '@type': 'ProductGroup',
    productGroupID: group.id,
    name: group.name,
    description: group.description,
    url: view.origin + addressOf(group),
    ...picturesOf(view, group.media),
    variesBy: group.options.map(({ name }) => name),
    hasVariant: variants.map((variant) => productData(view, variant, variantAddress(group, variant))),
    ...(group.price_from === null
      ? {}
      : {
          offers: {
            '@type': 'AggregateOffer',
            lowPrice: group.price_from,
            highPrice: group.price_to,
            priceCurrency: group.currency,
            offerCount: group.variants,
            availability: availability(group.in_stock),
          },
        }),
  }
}

const availability = (inStock: boolean) => `${CONTEXT}/${inStock ? 'InStock' : 'OutOfStock'}`

const picturesOf = ({ origin }: View, media: Product['media']) =>
  media.length === 0 ? {} : { image: media.map((each) => origin + pictureAddress(each, 1280)) }

function breadcrumbs(
  { origin, texts }: View,
  { above }: Above,
  last: Pick<Group, 'name' | 'slug' | 'id'>,
  below = 'products',
) {
  const places = [
    { name: texts.home, item: `${origin}/` },
    ...above.map((category) => ({ name: category.name, item: origin + categoryAddress(category) })),
    { name: last.name, item: `${origin}/${below}/${encodeURIComponent(last.slug ?? last.id)}` },
  ]
  return {
    '@context': CONTEXT,
    '@type': 'BreadcrumbList',
    itemListElement: places.map((place, i) => ({ '@type': 'ListItem', position: i + 1, ...place })),
  }
}
