/** What the list is filtered by: each can be taken back, or all at once. */
import { useQuery } from '@tanstack/react-query'
import { currencyQuery } from '../api/queries.ts'
import { formatAmount } from '../language/formats.ts'
import { t } from '../language/texts.ts'
import { Icon } from '../ui/icon.tsx'
import { Typed } from '../ui/typed.tsx'
import type { Change } from './catalogue_view.ts'
import { type CatalogueView, NO_FILTERS, withFacet } from './view_address.ts'

type Chip = { readonly key: string; readonly text: string; readonly change: Change }

export default function Chips({ view, change }: { view: CatalogueView; change: (change: Change) => void }) {
  const priced = view.priceMin !== undefined || view.priceMax !== undefined
  const { data: money } = useQuery({ ...currencyQuery(), enabled: priced })
  const chips: Chip[] = view.facets.map((facet) => ({
    key: `${facet.name}:${facet.value}`,
    text: `${facet.name}: ${facet.value}`,
    change: { facets: withFacet(view.facets, facet, false) },
  }))
  if (priced) {
    const amount = (text: string) => (money ? formatAmount(text, money.currency) : text)
    const [min, max] = [view.priceMin, view.priceMax].map((text) => text && amount(text))
    const change = { priceMin: undefined, priceMax: undefined }
    chips.push({ key: 'price', text: t.catalogue.priced(min, max), change })
  }
  if (chips.length === 0) return null
  return (
    <ul aria-label={t.catalogue.chosen} className="flex flex-wrap items-center gap-2">
      {chips.map((chip) => (
        <li key={chip.key}>
          <button
            type="button"
            onClick={() => change(chip.change)}
            className="inline-flex min-h-9 items-center gap-1.5 rounded-full bg-accent-soft ps-3.5 pe-2.5 text-sm font-medium hover:bg-sunken"
          >
            <span className="sr-only">{t.catalogue.without} </span>
            <Typed>{chip.text}</Typed>
            <Icon name="close" className="size-4" />
          </button>
        </li>
      ))}
      <li>
        <button
          type="button"
          onClick={() => change(NO_FILTERS)}
          className="min-h-9 rounded-full px-2 text-sm font-semibold text-accent underline"
        >
          {t.catalogue.clear}
        </button>
      </li>
    </ul>
  )
}
