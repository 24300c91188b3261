/** What the charts of the overview show, in the language of the pages. */
import { admin } from '../../language/admin_texts.ts'
import type { Series } from '../charts/chart.tsx'
import { EVERY_OUTCOME, OUTCOMES } from './figures.ts'

export const outcomeSeries = (): Series[] =>
  EVERY_OUTCOME.map((key) => ({ key, label: admin.overview.outcomes[key], fill: OUTCOMES[key].fill }))
export const revenueSeries = (): Series[] => [
  { key: 'revenue', label: admin.overview.revenue, fill: 'fill-accent' },
]
