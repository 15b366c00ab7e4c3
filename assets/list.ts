import { defineGraph } from '../pipeline/engine/graph.js'
import { costReport } from './cost-report.js'
import { groupedPosts } from './grouped-posts.js'
import { images } from './images.js'
import { recipe } from './recipe.js'
import { results } from './results.js'
import { submittedBatch } from './submitted-batch.js'
import { tasksFile } from './tasks-file.js'

/** Every asset of the fashion pipeline, checked as a graph when this file is loaded. */
export const fashionGraph = defineGraph([
  images,
  recipe,
  tasksFile,
  submittedBatch,
  results,
  groupedPosts,
  costReport,
])
