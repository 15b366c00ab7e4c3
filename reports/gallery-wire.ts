/** What the page is told of posts and pictures. */

type GarmentRow = Record<string, unknown> & { category: string; type: string; colors: string[] }

/** An analysis, as far as the page reads it. */
export type AnalysisRow = {
  description: string
  garments: GarmentRow[]
  styles: string[]
  occasion: string
  seasons: string[]
  palette: string[]
  setting: string
  brand: string | null
  visible_text: string | null
  quality: string
  confidence: number
}

export type PostImageRow = {
  id: number
  image: string
  position: number
  state: 'described' | 'pending' | 'skipped' | 'failed'
  reason: string | null
  detail: string | null
  width: number | null
  height: number | null
  /** Of the picture's bytes; null when they were never read. */
  version: string | null
  is_match: boolean
  analysis: AnalysisRow | null
}

export type PostRow = {
  id: number
  post_id: string
  columns: Record<string, string>
  summary: { description: string; palette: string[] }
  images: PostImageRow[]
  /** How many it has in all; of a large one not all are in `images`. */
  image_count: number
}

export type PostsPage = {
  posts: PostRow[]
  /** Posts that fit, counted up to `TOTAL_COUNTED`. */
  total: number
  is_total_cut: boolean
  /** The id after which the next page begins; null after the last. */
  next: number | null
}

export type FacetCounts = Record<string, { value: string; posts: number }[]>

export type ImageDetail = {
  id: number
  image: string
  post_id: string
  position: number
  state: string
  reason: string | null
  detail: string | null
  format: string | null
  width: number | null
  height: number | null
  version: string | null
  columns: Record<string, string>
  request: {
    custom_id: string
    state: string
    attempts: number
    reason: string | null
    detail: string | null
    model: string
    profile: string
    batch: string | null
    part: string | null
  } | null
  answer: Record<string, unknown> | null
  answered_by: string | null
  answered_at: string | null
  charges: {
    cost_nano_usd: number
    input_tokens: number
    output_tokens: number
    price: string
    charged_at: string
  }[]
  failures: { attempt: number; code: string; message: string; failed_at: string }[]
}
