// One pace for all pads of the page.
import { browserPace } from '../plots/pace.js';

export const pace = browserPace();
