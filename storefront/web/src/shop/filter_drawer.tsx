/** The filters on a phone. */
import { t } from '../language/texts.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import Filters, { type FiltersProps } from './filters.tsx'
import { formatTotal } from './totals.ts'

export default function FilterDrawer({ onClose, ...filters }: FiltersProps & { onClose: () => void }) {
  const { facets } = filters
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t.catalogue.filters}>
      <Filters {...filters} />
      <Button tone="primary" onClick={onClose} className="sticky bottom-0 mt-6 w-full">
        {facets ? t.catalogue.show(facets.total.count, formatTotal(facets.total)) : t.common.close}
      </Button>
    </Dialog>
  )
}
