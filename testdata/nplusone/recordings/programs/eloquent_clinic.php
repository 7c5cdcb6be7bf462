<?php
// Eloquent over the tables of schemas/clinic.sql.
require 'truth.php';
foreach (['Psr/Container', 'Psr/Log', 'Psr/SimpleCache', 'Symfony/Contracts/Translation', 'Symfony/Component/Translation', 'Carbon', 'Doctrine/Inflector', 'Illuminate/Contracts', 'Illuminate/Support', 'Illuminate/Container', 'Illuminate/Events', 'Illuminate/Database'] as $p) {
    foreach (["/usr/share/php/$p/autoload.php"] as $f) {
        if (file_exists($f)) require_once $f;
    }
}
use Illuminate\Database\Capsule\Manager as Capsule;
use Illuminate\Database\Eloquent\Model;

class Plain extends Model { public $timestamps = false; protected $guarded = []; }
class Ward extends Plain { function patients() { return $this->hasMany(Patient::class); } function parent() { return $this->belongsTo(Ward::class); } }
class Staff extends Plain { protected $table = 'staff'; }
class Patient extends Plain {
    use Illuminate\Database\Eloquent\SoftDeletes;
    function visits() { return $this->hasMany(Visit::class); }
    function ward() { return $this->belongsTo(Ward::class); }
    function card() { return $this->hasOne(InsuranceCard::class); }
    function allergies() { return $this->belongsToMany(Allergy::class, 'allergies_patients'); }
    function notes() { return $this->morphMany(Note::class, 'notable'); }
}
class InsuranceCard extends Plain {}
class Allergy extends Plain {}
class Drug extends Plain {}
class Visit extends Plain {
    function patient() { return $this->belongsTo(Patient::class); }
    function doctor() { return $this->belongsTo(Staff::class); }
    function prescriptions() { return $this->hasMany(Prescription::class); }
}
class Prescription extends Plain { function drug() { return $this->belongsTo(Drug::class); } }
class Note extends Plain { function notable() { return $this->morphTo(); } }

function each($list, $work) { $n = 0; foreach ($list as $x) { $work($x); $n++; } return $n; }

$scenarios = [
    'belongs-to' => fn () => [loop('staff', 'visits', each(Visit::orderByDesc('id')->limit(13)->get(), fn ($v) => $v->doctor->name))],
    'has-many' => fn () => [loop('visits', 'patients', each(Patient::orderBy('name')->limit(11)->get(), fn ($p) => $p->visits))],
    'has-many-latest' => fn () => [loop('visits', 'patients', each(Patient::limit(9)->get(), fn ($p) => $p->visits()->orderByDesc('starts_at')->first()))],
    'has-one' => fn () => [loop('insurance_cards', 'patients', each(Patient::limit(12)->get(), fn ($p) => $p->card->number))],
    'many-to-many' => fn () => [loop('allergies_patients', 'patients', each(Patient::limit(10)->get(), fn ($p) => $p->allergies))],
    'morph-many' => fn () => [loop('notes', 'patients', each(Patient::limit(14)->get(), fn ($p) => $p->notes))],
    'nested' => fn () => [loop('patients', 'wards', each(Ward::limit(6)->get(), fn ($w) => each($w->patients, fn ($p) => $p->visits)), 1, ['patients', 'visits'])],
    'nested-three' => fn () => [loop('patients', 'wards', each(Ward::whereNotNull('parent_id')->limit(5)->get(), fn ($w) => each($w->patients, fn ($p) => each($p->visits, fn ($v) => $v->prescriptions))), 1, ['patients', 'visits', 'prescriptions'])],
    'self-reference' => fn () => [loop('wards', 'wards', each(Ward::whereNotNull('parent_id')->get(), fn ($w) => $w->parent->name))],
    'count-per-row' => fn () => [loop('visits', 'patients', each(Patient::limit(15)->get(), fn ($p) => $p->visits()->count()))],
    'exists-per-row' => fn () => [loop('visits', 'patients', each(Patient::limit(8)->get(), fn ($p) => $p->visits()->where('state', 'planned')->exists()))],
    'two-relations' => fn () => [loop('staff', 'visits', each(Visit::limit(10)->get(), fn ($v) => [$v->doctor->name, $v->patient->name]), 1, ['staff', 'patients'])],
    'find-each' => fn () => [loop('drugs', 'prescriptions', each(Prescription::limit(12)->pluck('drug_id'), fn ($id) => Drug::find($id)))],
    'lazy-load-in-query-loop' => fn () => [loop('patients', 'visits', each(Visit::limit(9)->get(), fn ($v) => $v->load('patient')))],
    'save-each' => fn () => [write('patients', 'patients', each(Patient::limit(12)->get(), function ($p) { $p->visits_count = 5; $p->save(); }))],
    'increment-each' => fn () => [write('patients', 'patients', each(Patient::limit(9)->get(), fn ($p) => $p->increment('visits_count')))],
    'create-each' => fn () => Capsule::connection()->transaction(fn () => [write('notes', '', each(range(1, 13), fn ($i) => Note::create(['notable_type' => 'Patient', 'notable_id' => $i, 'body' => 'b'])))]),
    'create-each-autocommit' => fn () => [write('notes', '', each(range(1, 16), fn ($i) => Note::create(['notable_type' => 'Visit', 'notable_id' => $i, 'body' => 'b'])))],
    'attach-each' => fn () => [write('allergies_patients', 'patients', each(Patient::limit(10)->get(), fn ($p) => $p->allergies()->attach(8)))],
    'delete-each' => fn () => [write('notes', 'notes', each(Note::limit(8)->get(), fn ($n) => $n->delete()))],
    'soft-delete-each' => fn () => [write('patients', 'patients', each(Patient::limit(7)->get(), fn ($p) => $p->delete()))],
    'update-or-create-each' => fn () => ['findings' => [write('drugs', '', each(range(1, 9), fn ($i) => Drug::updateOrCreate(['code' => "D$i"], ['label' => "again $i"])))], 'may' => [loop('drugs', '', 9)]],
    'same-row-again' => fn () => [loop('drugs', '', each(range(1, 10), fn () => Drug::where('code', 'D3')->first()), 1, null, 'duplicate-query')],
    'offset-pages' => fn () => [loop('visits', '', each(range(1, 8), fn ($k) => Visit::orderBy('id')->forPage($k, 15)->get()), 1, null, 'offset-pagination')],
    'chunk' => fn () => [loop('visits', '', 6, 1, null, 'offset-pagination')] + array_filter([Visit::orderBy('id')->chunk(45, fn () => null) ? null : 1]),
    'chunk-by-id' => function () { Visit::chunkById(30, fn () => null); return []; },
    'with' => function () { foreach (range(0, 4) as $k) { Visit::with('doctor', 'patient', 'prescriptions.drug')->where('id', '>', $k * 9)->limit(10)->get(); usleep(40000); } return []; },
    'with-count' => function () { Patient::withCount('visits')->limit(20)->get(); Ward::has('patients')->get(); return []; },
    'insert-many' => function () { Note::insert(array_map(fn ($i) => ['notable_type' => 'Patient', 'notable_id' => $i, 'body' => 'b'], range(1, 80))); Visit::where('state', 'planned')->update(['state' => 'late']); return []; },
    'dashboard' => function () { Patient::count(); Visit::where('state', 'planned')->count(); Ward::whereNull('parent_id')->get(); Note::latest('id')->take(5)->get(); Drug::max('id'); Staff::where('type', 'Nurse')->count(); return []; },
];
run($scenarios, function () {
    $c = new Capsule();
    $c->addConnection(['driver' => 'pgsql', 'host' => getenv('PGHOST'), 'port' => getenv('PGPORT'), 'database' => getenv('PGDATABASE'), 'username' => getenv('PGUSER'), 'password' => 'x', 'charset' => 'utf8']);
    $c->setAsGlobal();
    $c->bootEloquent();
});
