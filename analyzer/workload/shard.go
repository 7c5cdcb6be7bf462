package workload

// Shard is what one block of input was read into, by one worker. Its numbers
// are local; the [Aggregator] maps them.
type Shard struct{}

// Aggregator folds shards in file order.
type Aggregator struct{}

// NewAggregator returns an empty aggregator; every execution is shown to each
// observer in order.
func NewAggregator(l Limits, observers ...Observer) *Aggregator { panic("stub") }

// Workload ends the input and returns what was folded.
func (a *Aggregator) Workload() *Workload { panic("stub") }
