# Sequel over the tables of schemas/clinic.sql.
require "sequel"
require_relative "truth"
DB = ARGV[0] == "list" ? Sequel.mock(host: :postgres) : Sequel.connect(adapter: "postgres", host: ENV["PGHOST"], port: ENV["PGPORT"], user: ENV["PGUSER"], database: ENV["PGDATABASE"], max_connections: 8)
class Ward < Sequel::Model(:wards)
  one_to_many :patients
  many_to_one :parent, class: self
end
class Staff < Sequel::Model(:staff); end
class Patient < Sequel::Model(:patients)
  many_to_one :ward
  one_to_many :visits
  one_to_one :insurance_card
  many_to_many :allergies, join_table: :allergies_patients
end
class InsuranceCard < Sequel::Model(:insurance_cards); end
class Allergy < Sequel::Model(:allergies); end
class Visit < Sequel::Model(:visits)
  many_to_one :patient
  many_to_one :doctor, class: :Staff
  one_to_many :prescriptions
end
class Prescription < Sequel::Model(:prescriptions); end
class Note < Sequel::Model(:notes); end

module Scenarios
  class << self
    def belongs_to = [loop_of("staff", "visits", Visit.reverse(:id).limit(12).all.each { |v| v.doctor.name }.size)]
    def has_many = [loop_of("visits", "patients", Patient.order(:name).limit(14).all.each { |p| p.visits }.size)]
    def one_to_one = [loop_of("insurance_cards", "patients", Patient.limit(9).all.each { |p| p.insurance_card }.size)]
    def many_to_many = [loop_of("allergies_patients", "patients", Patient.limit(11).all.each { |p| p.allergies }.size)]
    def nested = [loop_of("patients", "wards", Ward.exclude(parent_id: nil).limit(6).all.each { |w| w.patients.each { |p| p.visits } }.size, children: %w[patients visits])]
    def count_per_row = [loop_of("visits", "patients", Patient.limit(13).all.each { |p| p.visits_dataset.count }.size)]
    def exists_per_row = [loop_of("prescriptions", "visits", Visit.limit(10).all.each { |v| !v.prescriptions_dataset.empty? }.size)]
    def self_reference = [loop_of("wards", "wards", Ward.exclude(parent_id: nil).all.each { |w| w.parent.name }.size)]
    def update_each = [write_of("patients", "patients", Patient.limit(12).all.each { |p| p.update(visits_count: p.id + 7) }.size)]
    def update_each_in_transaction = DB.transaction { [write_of("visits", "visits", Visit.limit(15).all.each { |v| v.this.update(state: "gone") }.size)] }
    def create_each = DB.transaction { [write_of("notes", "", (1..12).each { |i| Note.create(notable_type: "Patient", notable_id: i, body: "b") }.size)] }
    def delete_each = [write_of("notes", "notes", Note.where(notable_type: "Visit").limit(9).all.each(&:destroy).size)]
    def same_row_again = [loop_of("wards", "", (1..11).each { Ward.first(name: "ward 3") }.size, rule: "duplicate-query")]
    def offset_pages = [loop_of("visits", "", (0..6).each { |k| Visit.order(:id).limit(20, k * 20).all }.size, rule: "offset-pagination")]
    def paged_each = DB.transaction { Visit.order(:id).paged_each(rows_per_fetch: 50) { |v| v.id }; [] }
    def eager = 4.times { |k| Visit.where(state: "done").limit(10, k).eager(:patient, :doctor, :prescriptions).all; sleep 0.05 }
    def eager_graph = Patient.eager_graph(:visits).where(Sequel[:patients][:id] => 1..10).all
    def multi_insert = DB[:notes].import(%i[notable_type notable_id body], (1..90).map { |i| ["Patient", i, "b"] }, slice: 30)

    def pool_of_loops
      done = Queue.new
      5.times.map { |k| Thread.new { r = Random.new(k); 3.times { sleep(r.rand * 0.02); Visit.where { id > r.rand(200) }.order(:id).limit(8).all.each { |v| v.patient.name }; done << 1 } } }.each(&:join)
      [loop_of("patients", "visits", 8, done.size)]
    end

    def pool_of_pages
      6.times.map { |k| Thread.new { r = Random.new(k); 5.times { sleep(r.rand * 0.02); p = Patient[r.rand(1..60)]; p.visits; p.ward } } }.each(&:join)
      []
    end
  end
end
run_scenarios(Scenarios)
