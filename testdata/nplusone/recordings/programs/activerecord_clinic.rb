# Active Record over the tables of schemas/clinic.sql.
require "active_record"
require_relative "truth"
if ARGV[0] != "list"
  ActiveRecord::Base.establish_connection(adapter: "postgresql", host: ENV["PGHOST"], port: ENV["PGPORT"], username: ENV["PGUSER"], database: ENV["PGDATABASE"],
                                          pool: 12, prepared_statements: !%w[inline-values pool-inline].include?(ARGV[0]))
end
class Base < ActiveRecord::Base
  self.abstract_class = true
end
class Ward < Base
  belongs_to :parent, class_name: "Ward", optional: true
  has_many :wards, foreign_key: :parent_id
  has_many :patients
end
class Staff < Base
  self.table_name = "staff"
end
class Doctor < Staff
  has_many :visits
end
class Nurse < Staff; end
class Patient < Base
  default_scope { where(deleted_at: nil) }
  belongs_to :ward, optional: true
  has_many :visits
  has_many :notes, as: :notable
  has_one :insurance_card
  has_and_belongs_to_many :allergies
  validates :name, uniqueness: true, on: :strict
end
class InsuranceCard < Base
  belongs_to :patient
end
class Allergy < Base
  has_and_belongs_to_many :patients
end
class Visit < Base
  belongs_to :patient
  belongs_to :doctor
  has_many :prescriptions
  has_many :notes, as: :notable
end
class CountedVisit < Base
  self.table_name = "visits"
  belongs_to :patient, counter_cache: :visits_count
end
class Drug < Base; end
class Prescription < Base
  belongs_to :visit
  belongs_to :drug
end
class Note < Base
  belongs_to :notable, polymorphic: true
end

module Scenarios
  class << self
    def belongs_to
      n = Visit.order(id: :desc).limit(16).each { |v| v.doctor.name }.size
      [loop_of("staff", "visits", n)]
    end

    def has_many
      n = Patient.order(:name).limit(12).each { |p| p.visits.to_a }.size
      [loop_of("visits", "patients", n)]
    end

    def has_many_ordered_limit
      n = Patient.where(ward_id: [1, 2, 3]).each { |p| p.visits.order(starts_at: :desc).limit(3).to_a }.size
      [loop_of("visits", "patients", n)]
    end

    def nested
      n = Ward.where(parent_id: 1).or(Ward.where(parent_id: 2)).to_a.each { |w| w.patients.each { |p| p.visits.to_a } }.size
      [loop_of("patients", "wards", n, children: %w[patients visits])]
    end

    def nested_three
      n = Ward.limit(5).each { |w| w.patients.each { |p| p.visits.each { |v| v.prescriptions.to_a } } }.size
      [loop_of("patients", "wards", n, children: %w[patients visits prescriptions])]
    end

    def count_per_row
      n = Patient.limit(14).each { |p| p.visits.count }.size
      [loop_of("visits", "patients", n)]
    end

    def sum_per_row
      n = Visit.limit(18).each { |v| v.prescriptions.sum(:dose) }.size
      [loop_of("prescriptions", "visits", n)]
    end

    def exists_per_row
      n = Patient.limit(11).each { |p| p.visits.where(state: "planned").exists? }.size
      [loop_of("visits", "patients", n)]
    end

    def any_per_row
      n = Patient.limit(9).each { |p| p.visits.any? }.size
      [loop_of("visits", "patients", n)]
    end

    def has_one
      n = Patient.order(id: :desc).limit(13).each { |p| p.insurance_card.number }.size
      [loop_of("insurance_cards", "patients", n)]
    end

    def many_to_many
      n = Patient.limit(10).each { |p| p.allergies.map(&:label) }.size
      [loop_of("allergies_patients", "patients", n)]
    end

    def self_reference
      n = Ward.where.not(parent_id: nil).to_a.each { |w| w.parent.name }.size
      [loop_of("wards", "wards", n)]
    end

    def walk_to_the_root
      w, n = Ward.find(13), 0
      while (w = w.parent)
        n += 1
      end
      { findings: [], may: [loop_of("wards", "wards", n), loop_of("wards", "", n)] }
    end

    def polymorphic_has_many
      n = Visit.limit(12).each { |v| v.notes.to_a }.size
      [loop_of("notes", "visits", n)]
    end

    def polymorphic_belongs_to
      n = Note.order(:id).limit(16).map(&:notable).size
      [loop_of("patients", "notes", n / 2, children: %w[patients visits])]
    end

    def single_table
      n = Doctor.limit(9).each { |d| d.visits.to_a }.size
      [loop_of("visits", "staff", n)]
    end

    def inline_values
      n = Visit.limit(15).each { |v| v.patient.name }.size
      [loop_of("patients", "visits", n)]
    end

    def two_relations
      n = Visit.limit(10).each { |v| v.doctor.name + v.patient.name }.size
      [loop_of("staff", "visits", n, children: %w[staff patients])]
    end

    def memoized_relation
      n = Visit.limit(20).map { |v| v.patient_id.odd? && v.doctor.name }.count(&:itself)
      [loop_of("staff", "visits", n)]
    end

    def update_each
      n = Patient.limit(12).each { |p| p.update!(name: p.name + "!") }.size
      [write_of("patients", "patients", n)]
    end

    def update_columns_each
      n = Visit.where(state: "planned").limit(15).each { |v| v.update_columns(state: "done") }.size
      [write_of("visits", "visits", n)]
    end

    def create_each
      n = 0
      Visit.transaction { v = Visit.first; 13.times { |i| Prescription.create!(visit: v, drug_id: i + 1, dose: 1); n += 1 } }
      { findings: [write_of("prescriptions", "", n)], may: [loop_of("drugs", "", n)] }
    end

    def create_with_counter_cache
      n = 0
      p = Patient.first
      9.times { |i| CountedVisit.create!(patient: p, doctor_id: 2, starts_at: Time.at(i)); n += 1 }
      { findings: [write_of("visits", "", n, children: %w[visits patients])], may: [write_of("patients", "", n)] }
    end

    def create_through_nested_attributes
      n = 0
      Patient.transaction { p = Patient.create!(name: "x"); 10.times { |i| p.notes.build(body: "b#{i}"); n += 1 }; p.save! }
      [write_of("notes", "", n)]
    end

    def validate_uniqueness_each
      n = 0
      14.times { |i| Patient.new(name: "patient #{i + 100}").valid?(:strict); n += 1 }
      [loop_of("patients", "", n)]
    end

    def destroy_each
      n = Note.where(notable_type: "Visit").limit(11).each(&:destroy).size
      [write_of("notes", "notes", n)]
    end

    def destroy_dependents
      n = Visit.where(patient_id: 4).or(Visit.where(patient_id: 5)).to_a.each { |v| Prescription.where(visit_id: v.id).delete_all; v.destroy }.size
      [write_of("prescriptions", "visits", n, children: %w[prescriptions visits])]
    end

    def lock_and_touch_each
      n = 0
      Patient.limit(8).pluck(:id).each { |id| Patient.transaction { Patient.lock.find(id).update!(visits_count: 99) }; n += 1 }
      [write_of("patients", "patients", n)]
    end

    def find_each
      Visit.find_each(batch_size: 30) { |v| v.state }
    end

    def find_each_with_lazy_child
      n = 0
      Patient.where("id <= 30").find_each(batch_size: 10) { |p| p.insurance_card&.number; n += 1 }
      [loop_of("insurance_cards", "patients", 10, n / 10)]
    end

    def in_batches_update
      Visit.in_batches(of: 40) { |b| b.update_all(state: "done") }
    end

    def offset_pages
      n = 0
      8.times { |k| Visit.order(:id).limit(12).offset(k * 12).to_a; n += 1 }
      [loop_of("visits", "", n, rule: "offset-pagination")]
    end

    def same_row_again
      n = 0
      10.times { Drug.find_by(code: "D7"); n += 1 }
      [loop_of("drugs", "", n, rule: "duplicate-query")]
    end

    def includes
      5.times { |k| Visit.includes(:patient, :doctor, prescriptions: :drug).where("id > ?", k * 10).limit(10).each { |v| v.patient.name; v.prescriptions.each { |p| p.drug.label } }; sleep 0.05 }
    end

    def eager_load
      3.times { |k| Patient.eager_load(:visits, :insurance_card).where(ward_id: k + 1).to_a; sleep 0.02 }
    end

    def dashboard
      Patient.count; Visit.count; Visit.where(state: "planned").count; Ward.where(parent_id: nil).to_a; Note.order(id: :desc).limit(5).to_a; Drug.maximum(:id); Allergy.pluck(:label)
      Patient.where("created_at IS NULL").count rescue nil
    end

    def grouped_counts
      Visit.group(:patient_id).count; Patient.left_joins(:visits).group("patients.id").select("patients.*, count(visits.id) AS n").limit(20).to_a
    end

    def insert_all
      Note.insert_all((1..120).map { |i| { notable_type: "Patient", notable_id: i, body: "b" } })
      Visit.where(id: (1..50).to_a).update_all(state: "done")
    end

    def pool_of_loops
      requests = threads(5, 3) { |r| Visit.where("id > ?", r.rand(150)).order(:id).limit(9).each { |v| v.doctor.name } }
      [loop_of("staff", "visits", 9, requests)]
    end

    def pool_inline
      requests = threads(4, 2) { |r| Patient.where("id > ?", r.rand(30)).order(:id).limit(12).each { |p| p.visits.to_a } }
      [loop_of("visits", "patients", 12, requests)]
    end

    def pool_of_pages
      threads(6, 6) { |r| p = Patient.find(r.rand(1..60)); p.ward; p.visits.to_a }
    end

    def job_worker
      12.times { |i| Visit.transaction { v = Visit.lock("FOR UPDATE SKIP LOCKED").where(state: "planned").first; v&.update!(state: "done") }; sleep 0.3 }
    end

    private

    def threads(count, requests)
      done = Queue.new
      count.times.map { |k|
        Thread.new {
          r = Random.new(k)
          requests.times { sleep(r.rand(0.002..0.03)); Base.connection_pool.with_connection { yield r }; done << 1 }
        }
      }.each(&:join)
      done.size
    end
  end
end
run_scenarios(Scenarios)
