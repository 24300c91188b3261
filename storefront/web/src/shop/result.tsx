/** How many products there are, and which of the pages this is. */
import { formatNumber } from '../language/formats.ts'
import { t } from '../language/texts.ts'
import { Notice } from '../ui/notice.tsx'
import { formatTotal, pagesOf, type Total } from './totals.ts'

type Page = { readonly total?: Total; readonly unfiltered: boolean }

export function Result({ page, number }: { page: Page | undefined; number: number }) {
  const { total } = page ?? {}
  const pages = total && pagesOf(total)
  return (
    <>
      <p role="status" className="tabular min-h-6 text-soft">
        {total && t.catalogue.found(total.count, formatTotal(total))}
        {pages !== undefined && pages > 1 && number <= pages && (
          <> · {t.catalogue.pageOf(formatNumber(number), formatNumber(pages))}</>
        )}
      </p>
      {page?.unfiltered && <Notice title={t.catalogue.unfiltered}>{t.catalogue.unfilteredMore}</Notice>}
    </>
  )
}
