/** Attributes and numbers of a product, or of a group and the variant that is looked at. */
import type { ReactNode } from 'react'
import type { Product } from '../api/types.ts'
import { numberFormat } from '../language/formats.ts'
import { t } from '../language/texts.ts'
import { Typed } from '../ui/typed.tsx'

const GRAMS_PER_KILOGRAM = 1_000

type Props = { attributes: Product['attributes']; product: Product | undefined }

export function Details({ attributes, product }: Props) {
  const rows: [name: string, value: ReactNode][] = Object.entries(attributes).map(([name, values]) => [
    name,
    values.join(', '),
  ])
  if (product?.weight_grams) rows.push([t.product.weight, weightOf(product.weight_grams)])
  if (product?.sku) rows.push([t.product.sku, product.sku])
  if (product?.gtin) rows.push([t.product.gtin, product.gtin])
  if (rows.length === 0) return null
  return (
    <section aria-labelledby="details" className="border-t border-line pt-5">
      <h2 id="details" className="mb-3 text-lg font-semibold">
        {t.product.details}
      </h2>
      <dl className="divide-y divide-line text-sm">
        {rows.map(([name, value]) => (
          <div key={name} className="grid grid-cols-[minmax(6rem,1fr)_2fr] gap-4 py-2">
            <dt className="text-soft">
              <Typed>{name}</Typed>
            </dt>
            <dd>
              <Typed>{value}</Typed>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function weightOf(grams: number): string {
  const kilograms = grams >= GRAMS_PER_KILOGRAM
  return numberFormat({
    style: 'unit',
    unit: kilograms ? 'kilogram' : 'gram',
    maximumFractionDigits: 2,
  }).format(kilograms ? grams / GRAMS_PER_KILOGRAM : grams)
}
