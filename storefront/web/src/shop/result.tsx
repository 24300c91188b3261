/** How many products there are, and which of the pages this is. */
import { formatNumber } from '../language/formats.ts'
import { t } from '../language/texts.ts'
import { Notice } from '../ui/notice.tsx'
import { formatTotal, pagesOf, type Total } from './totals.ts'

type Page = { readonly total?: Total; readonly unfiltered: boolean }

type Props = {
  page: Page | undefined
  number: number
  /** Its place is there in any case: screen readers announce a text only in an element that existed before. */
  shown: boolean
}

export function Result({ page, number, shown }: Props) {
  const { total } = page ?? {}
  const pages = total && pagesOf(total)
  return (
    <>
      <p role="status" className={shown ? 'tabular min-h-6 text-soft' : 'sr-only'}>
        {total && t.catalogue.found(total.count, formatTotal(total))}
        {pages !== undefined && pages > 1 && number <= pages && (
          <> · {t.catalogue.pageOf(formatNumber(number), formatNumber(pages))}</>
        )}
      </p>
      {page?.unfiltered && <Notice title={t.catalogue.unfiltered}>{t.catalogue.unfilteredMore}</Notice>}
    </>
  )
}
