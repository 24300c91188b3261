/** Adds the combinations that have no variant yet. What they are is read when it begins, without the products themselves. */

import { LIMITS } from '@shop/client/generated/limits'
import { everyItem } from '@shop/client/shop_client'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { shop } from '../../api/shop.ts'
import type { Group } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatList, formatNumber } from '../../language/formats.ts'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { explain, Notice, ProblemNotice } from '../../ui/notice.tsx'
import { type Faults, readFields } from '../products/field_text.ts'
import { type Adding, addVariants, type NewVariant } from './add_variants.ts'
import { countOf, missing, repeatedSkus, skuOf, VARIANTS_MAX } from './combinations.ts'
import { variantsPage } from './queries.ts'

const AT_ONCE = LIMITS['POST /groups/{id}/variants'].variants.maxItems
const PAGE_SIZE = LIMITS['GET /products/any'].limit.maximum

export function GenerateVariants({ group }: { group: Group }) {
  const queries = useQueryClient()
  const [texts, setTexts] = useState({ price: '', stock: '0', sku: '' })
  const [faults, setFaults] = useState<Faults>({})
  const [error, setError] = useState<unknown>()
  const [progress, setProgress] = useState<Adding>()
  const [running, setRunning] = useState(false)
  const controller = useRef(new AbortController())
  useEffect(() => () => controller.current.abort(), [])
  const all = countOf(group.options)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const { price, stock, sku } = texts
    const read = readFields({ price, stock }, group)
    setFaults(read.faults)
    setError(undefined)
    setProgress(undefined)
    if (Object.keys(read.faults).length > 0) return
    controller.current = new AbortController()
    const { signal } = controller.current
    setRunning(true)
    try {
      const existing: (readonly string[])[] = []
      const pages = everyItem((cursor) => variantsPage(group.id, cursor ?? null, PAGE_SIZE, signal))
      for await (const { option_values } of pages) existing.push(option_values)
      const wanted = missing(group.options, existing).map((values, i): NewVariant => {
        const number = skuOf(sku, values, existing.length + i + 1)
        return {
          option_values: values,
          ...(read.edit as Pick<NewVariant, 'price' | 'stock'>),
          ...(number === undefined ? {} : { sku: number }),
        }
      })
      const [repeated] = repeatedSkus(wanted.map((variant) => variant.sku))
      if (repeated !== undefined) setFaults({ sku: admin.groups.skuRepeated(repeated) })
      else {
        setProgress(
          await addVariants(
            wanted,
            (variants) =>
              shop.products.POST('/groups/{id}/variants', {
                params: { path: { id: group.id } },
                body: {
                  variants: variants.map((each) => ({ ...each, option_values: [...each.option_values] })),
                },
              }),
            { atOnce: AT_ONCE, signal, onProgress: setProgress },
          ),
        )
      }
    } catch (failure) {
      if (!signal.aborted) setError(failure)
    }
    void queries.invalidateQueries({ queryKey: ['products'] })
    void queries.invalidateQueries({ queryKey: ['admin', 'groups'] })
    setRunning(false)
  }
  const field = (name: keyof typeof texts) => ({
    value: texts[name],
    error: faults[name],
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) =>
      setTexts({ ...texts, [name]: currentTarget.value }),
  })
  if (all > VARIANTS_MAX) {
    return <p className="text-soft">{admin.groups.tooManyCombinations(all, VARIANTS_MAX)}</p>
  }
  return (
    <form noValidate onSubmit={submit} className="grid gap-4">
      <p className="text-sm text-soft">{admin.groups.generateMore(all)}</p>
      <div className="grid grid-cols-2 items-start gap-4">
        <TextField label={admin.fields.priceIn(group.currency)} inputMode="decimal" {...field('price')} />
        <TextField label={admin.fields.labels.stock} inputMode="numeric" {...field('stock')} />
      </div>
      <TextField label={admin.groups.skuPattern} hint={admin.groups.skuPatternMore} {...field('sku')} />
      {error !== undefined && <ProblemNotice error={error} title={admin.groups.notGenerated} />}
      {progress && (
        <p role="status" className="tabular text-soft">
          {progress.total === 0
            ? admin.groups.nothingMissing
            : admin.groups.added(formatNumber(progress.added), formatNumber(progress.total))}
        </p>
      )}
      {progress && progress.failed.length > 0 && (
        <Notice tone="bad" title={admin.groups.notAdded(progress.failed.length)}>
          <ul className="mt-2 grid max-h-48 gap-1 overflow-y-auto text-sm">
            {progress.failed.map(({ variant: { option_values: values }, error }) => (
              <li key={values.join()}>
                <strong>{formatList(values)}</strong>: {explain(error)}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" busy={running}>
          {admin.groups.generateYes}
        </Button>
        {running && <Button onClick={() => controller.current.abort()}>{admin.shipping.stop}</Button>}
      </div>
    </form>
  )
}
